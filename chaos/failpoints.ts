import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Failpoint {
  name: string;
  /** the room whose source it stands in; null for every room's machinery */
  room: string | null;
}

const root = new URL('..', import.meta.url).pathname;

/** Every failpoint that the sources name, compiled or not. */
export function listFailpoints(): Failpoint[] {
  const apps = readdirSync(join(root, 'apps')).map((room) => ({ room, folder: join(root, 'apps', room, 'src') }));
  const libs = ['messaging', 'persistence'].map((lib) => ({ room: null, folder: join(root, 'libs', lib, 'src') }));
  return [...libs, ...apps].filter(({ folder }) => existsSync(folder)).flatMap(({ room, folder }) => namesIn(folder).map((name) => ({ name, room })));
}

function namesIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /(?<!\.spec|\.d)\.(ts|js)$/.test(file));
  const names = files.flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/failpoint\(["']([\w-]+)["']\)/g)].map(([, name]) => name!));
  return [...new Set(names)];
}
