import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseJsonBody } from './json-body.js';

describe('a JSON body', () => {
  test('reads as JSON.parse reads it, whatever it holds', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(parseJsonBody(Buffer.from(text))).toEqual(JSON.parse(Buffer.from(text).toString('utf8')));
      }),
    );
  });

  test.each(['{"a":1,"a":1}', '{"a":{"b":1,"\\u0062":2}}', '[{"":0,"":0}]', '{"__proto__":1,"__proto__":2}'])('%s is refused: a key stands twice', (text) => {
    expect(() => parseJsonBody(Buffer.from(text))).toThrow('a key stands twice');
  });

  test.each(['{"a":"b:c,{\\"d\\":1}"}', '{"a\\\\":":"}', '{"1":{"1":{"1":1}}}'])('%s has signs in its strings and is taken', (text) => {
    expect(parseJsonBody(Buffer.from(text))).toEqual(JSON.parse(text));
  });
});
