import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { MUTATIONS } from './mutations.js';

const dist = new URL('../../dist/', import.meta.url);

describe('a mutation', () => {
  it.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))('finds the lines that it breaks: %s', (_, { changes }) => {
    for (const { file, from } of changes) expect([file, readFileSync(new URL(file, dist), 'utf8').split(from).length - 1]).toEqual([file, 1]);
  });
});
