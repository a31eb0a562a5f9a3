import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Every type of event that the installed SDK knows, read from its own type definitions. */
export function stripeEventTypes(): string[] {
  const entry = createRequire(import.meta.url).resolve('stripe');
  const definitions = readFileSync(join(dirname(entry), 'resources', 'Events.d.ts'), 'utf8');
  return [...new Set([...definitions.matchAll(/^\s+type: '([\w.]+)';$/gm)].map(([, type]) => type!))].sort();
}
