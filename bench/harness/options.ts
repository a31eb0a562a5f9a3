import { parseArgs } from 'node:util';

/** Numbers on the command line, `--name value`, each with what it is when it is not given. */
export function numbers<Names extends string>(defaults: Record<Names, number>): Record<Names, number> {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ options });
  const entries = Object.entries<number>(defaults).map(([name, value]) => [name, Number(values[name] ?? value)] as const);
  for (const [name, value] of entries) if (!Number.isFinite(value)) throw new Error(`--${name} takes a number`);
  return Object.fromEntries(entries) as Record<Names, number>;
}
