import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { HOST_EVENTS } from './events.js';
import { eventsDocument } from './events-document.js';

it('is written down as it is: run `npm run docs` after a change', () => {
  expect(readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8')).toBe(eventsDocument());
});

it('has every event of hosts with a schema that says what its data has to have', () => {
  const document = eventsDocument();
  for (const { type } of HOST_EVENTS) expect(document).toContain(`## ${type}\n`);
  expect(document).not.toContain('activity.observed');
  expect(document.match(/"required": \[/g)!.length).toBeGreaterThanOrEqual(HOST_EVENTS.length);
});
