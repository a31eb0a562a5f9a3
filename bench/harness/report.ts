import { cpus } from 'node:os';

/** One line of the table of goals, as it was measured. */
export interface Figure {
  line: string;
  product: string;
  limit: string;
  ratio: number;
  goal: { atLeast: number } | { atMost: number };
  /** what else was seen */
  note?: string;
}

export const isReached = ({ ratio, goal }: Figure): boolean => ('atLeast' in goal ? ratio >= goal.atLeast : ratio <= goal.atMost);
export const goalText = ({ goal }: Figure): string => ('atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`);
export const ratioText = (ratio: number): string => (ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2));

/** Says what was measured, to the reader and to the command that collects the table. */
export function report(figure: Figure): void {
  const { line, product, limit, ratio, note } = figure;
  console.log(`\n  ${line}\n    product  ${product}\n    limit    ${limit}`);
  console.log(`    ratio    ${ratioText(ratio)}   goal ${goalText(figure)}: ${isReached(figure) ? 'reached' : 'not reached'}`);
  if (note) console.log(`    ${note}`);
  process.send?.(figure);
}

export function introduce(what: string, sharing: string): void {
  console.log(`${what}\n${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), shared by ${sharing}`);
}

export const perSecond = (rate: number, unit = 'per second'): string => `${Math.round(rate).toLocaleString('en')} ${unit}`;
export const ms = (value: number): string => `${value.toFixed(2)} ms`;
export const seconds = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} s`;
