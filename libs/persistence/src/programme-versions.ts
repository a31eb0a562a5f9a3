import { Programme } from '@referrals/config';

export type ProgrammeVersion = Programme & { version: number };

/** Programme versions never change, so each is read and checked once per process. */
export class ProgrammeVersions {
  private readonly known = new Map<number, ProgrammeVersion>();

  constructor(private readonly load: (version: number) => Promise<unknown>) {}

  get(version: number): ProgrammeVersion | undefined {
    return this.known.get(version);
  }

  async fetch(version: number): Promise<ProgrammeVersion> {
    const known = this.known.get(version);
    if (known) return known;
    const loaded = { ...Programme.parse(await this.load(version)), version };
    this.known.set(version, loaded);
    return loaded;
  }
}
