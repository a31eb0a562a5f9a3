import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Secrets live in files of the data folder, one each, readable by their owner alone. A missing one is made once: the
 * link below is atomic, so of two processes that start together the second reads what the first wrote.
 */
export class Secrets {
  private readonly folder: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'secrets');
  }

  /** The secret's text: base64url of `bytes` random bytes, or the `given` one at its first use. */
  get(name: string, { bytes = 32, given }: { bytes?: number; given?: string } = {}): string {
    const file = join(this.folder, name);
    const known = this.find(name);
    if (known !== null) return known;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const draft = `${file}.${randomBytes(6).toString('hex')}`;
    writeFileSync(draft, given ?? randomBytes(bytes).toString('base64url'), { mode: 0o600 });
    try {
      linkSync(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      unlinkSync(draft);
    }
    return readFileSync(file, 'utf8').trim();
  }
  /** The secret's text; null when there is none, and none is made. */
  find(name: string): string | null {
    try {
      return readFileSync(join(this.folder, name), 'utf8').trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }
}
