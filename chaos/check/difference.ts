/** A broken promise, by its name, with what shows it. */
export interface Difference {
  invariant: string;
  detail: unknown;
}

/** At most a handful of the things that show it, and how many there are. */
export function difference(invariant: string, shown: readonly unknown[]): Difference[] {
  return shown.length === 0 ? [] : [{ invariant, detail: { count: shown.length, first: shown.slice(0, 3) } }];
}
