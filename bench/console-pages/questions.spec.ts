import { expect, it } from '@jest/globals';
import * as contracts from '@referrals/contracts';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ASKED } from './questions.js';

const PAGES = join(import.meta.dirname, '../../apps/console/src');
const named = contracts as unknown as Record<string, Record<string, contracts.Contract>>;

it('are all that the pages ask', () => {
  const text = readdirSync(PAGES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx')).map((file) => readFileSync(join(PAGES, file), 'utf8')).join('\n');
  const asked = [...text.matchAll(/\b(?:useApi|usePages|client\.call)\(\s*(\w+)\.(\w+)/g)].map(([, noun, verb]) => named[noun!]![verb!]!.subject);
  expect(asked.length).toBeGreaterThan(30);
  const known = new Set(ASKED.map(({ subject }) => subject));
  expect(asked.filter((subject) => !known.has(subject))).toEqual([]);
});
