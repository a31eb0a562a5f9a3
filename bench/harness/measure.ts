/** @param sorted in ascending order */
export const quantile = (sorted: readonly number[], share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
export const median = (list: readonly number[]): number => quantile([...list].sort((a, b) => a - b), 0.5);

/**
 * Measures several things in turns, so that a machine that gets slower gets slower for all of them. The first turn warms up and does not count.
 * @returns the median of each
 */
export async function inTurns<Name extends string>(rounds: number, works: Record<Name, () => Promise<number>>): Promise<Record<Name, number>> {
  const names = Object.keys(works) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const value = await works[name]();
      if (round > 0) measured[name].push(value);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(measured[name])])) as Record<Name, number>;
}

/** The limit is that of the number of clients that reaches most. */
export const bestOf = (medians: Record<string, number>, prefix: string): { name: string; value: number } =>
  Object.entries(medians).filter(([name]) => name.startsWith(prefix)).map(([name, value]) => ({ name, value })).reduce((a, b) => (b.value > a.value ? b : a));

export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1_000;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again and again until nothing is left. @returns seconds */
export async function untilNone(left: () => Promise<number>, withinSeconds = 600, everyMs = 100): Promise<number> {
  const from = performance.now();
  for (;;) {
    const count = await left();
    const seconds = (performance.now() - from) / 1_000;
    if (count === 0) return seconds;
    if (seconds > withinSeconds) throw new Error(`${count} are left after ${seconds.toFixed(0)} s`);
    await sleep(everyMs);
  }
}
