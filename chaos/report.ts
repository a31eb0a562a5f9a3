import type { ChaosResult } from './run.js';

export const QUIET_WITHIN_SECONDS = 30;

/** Prints what happened. @returns whether all of it is as promised */
export function report({ seed, faults, failpoints, hits, requests, acknowledged, answers, quietAfterSeconds, differences }: ChaosResult): boolean {
  table('faults', faults);
  const names = [...new Set(failpoints.map(({ name }) => name))];
  const covered = names.filter((name) => hits.has(name));
  table(`failpoints: a process died at ${covered.length} of ${names.length}`, new Map(names.map((name) => [name, hits.get(name) ?? 0])));
  table('answers by status', new Map([...answers].map(([status, count]) => [String(status), count])));
  const count = [...faults.values()].reduce((sum, n) => sum + n, 0);
  console.log(`\nseed ${seed}: ${count} faults, ${requests} requests, ${acknowledged} acknowledged, quiet ${quietAfterSeconds.toFixed(1)} s after the last fault`);
  for (const { invariant, detail } of differences) console.log(`DIFFERENCE  ${invariant}: ${JSON.stringify(detail)}`);
  const isInTime = quietAfterSeconds < QUIET_WITHIN_SECONDS;
  if (!isInTime) console.log(`TOO SLOW  quiet within ${QUIET_WITHIN_SECONDS} s is promised`);
  console.log(`${differences.length} differences`);
  return differences.length === 0 && isInTime;
}

function table(title: string, counts: Map<string, number>): void {
  console.log(`\n${title}`);
  for (const [name, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) console.log(`  ${String(count).padStart(6)}  ${name}`);
}
