import { describe, expect, it } from '@jest/globals';
import * as contracts from '@referrals/contracts';
import { ASKS, events, plumbing, TELLS, type Asker, type Contract, type RoomName } from '@referrals/contracts';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The lines of a room's own code, specs and fixtures left out. */
function linesOf(room: string): string[] {
  const folder = join(process.cwd(), 'apps', room, 'src');
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => /\.ts$/.test(file) && !/\.(spec|fixture)\.ts$/.test(file))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'));
}

const ASKING = /bus\.(?:request|ask)\((?:plumbing\([^)]*\)\.(\w+)|(\w+)\.(\w+))/;
const nouns = contracts as unknown as Record<string, Record<string, Contract>>;

/** Beside `broker-users.spec`, which asks the broker what the map allows: the map allows what the code does. */
describe('the permission map knows', () => {
  it.each(Object.keys(TELLS) as RoomName[])('every fact that %s tells', (room) => {
    const told = linesOf(room).filter((line) => line.includes('emit(')).flatMap((line) => [...line.matchAll(/events\.(\w+)/g)].map(([, name]) => name as keyof typeof events));
    for (const name of told) expect(TELLS[room]).toContain(events[name]);
  });

  it.each(Object.keys(ASKS) as Asker[])('everything that %s asks', (asker) => {
    if (asker === 'host' || asker === 'operator') return expect(ASKS[asker].length).toBeGreaterThan(0);
    const subjects = ASKS[asker].map(({ subject }) => subject);
    for (const line of linesOf(asker)) {
      const [, verb, noun, name] = ASKING.exec(line) ?? [];
      if (verb) expect(subjects).toContain(plumbing('codes')[verb as 'health'].subject);
      if (noun && nouns[noun]) expect(subjects).toContain(nouns[noun][name!]!.subject);
    }
  });
});
