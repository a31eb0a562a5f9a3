import { describe, expect, test } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { formatKey, makeSecret, parseKey } from './key-format.js';

describe('an API key', () => {
  const parts = { id: uuidv7(), secret: makeSecret() };
  const key = formatKey('test', parts);

  test('reads back as what it was made of', () => expect(parseKey('test', key)).toEqual(parts));

  test('is no key of another environment', () => expect(parseKey('live', key)).toBeNull());

  test('is no key once any one character is another', () => {
    for (let i = 0; i < key.length; i += 1) {
      const changed = key.slice(0, i) + (key[i] === 'a' ? 'b' : 'a') + key.slice(i + 1);
      expect(parseKey('test', changed)).toBeNull();
    }
  });

  test('has a secret that does not repeat', () => expect(new Set(Array.from({ length: 1_000 }, makeSecret)).size).toBe(1_000));
});
