import { Programme } from '@referrals/config';
import type pg from 'pg';

export type ProgrammeVersion = Programme & { version: number };

/** Programme versions never change, so each is read and checked once per process. */
export class ProgrammeVersions {
  private readonly known = new Map<number, ProgrammeVersion>();

  /** @param client the connection that asks: one that waited for another would block a pool whose connections all wait */
  async get(version: number, client: pg.ClientBase | pg.Pool): Promise<ProgrammeVersion> {
    const known = this.known.get(version);
    if (known) return known;
    const { rows } = await client.query<{ body: unknown }>('select body from common.programme where version = $1', [version]);
    if (!rows[0]) throw new Error(`programme version ${version} is missing`);
    const loaded = { ...Programme.parse(rows[0].body), version };
    this.known.set(version, loaded);
    return loaded;
  }
}
