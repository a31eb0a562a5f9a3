import fc from 'fast-check';
import { AUTO_CODE_LENGTH, autoCode, CODE_ALPHABET, codeProblem, customCodeProblem, isReserved, lookupKey, shortName } from './code.js';

describe('auto codes', () => {
  it('use 31 symbols without the ones that people confuse', () => {
    expect(new Set(CODE_ALPHABET).size).toBe(31);
    expect(CODE_ALPHABET).not.toMatch(/[01OIL]/);
  });

  it('take every symbol from equally many byte values and throw the others away', () => {
    const counts = new Map<string, number>();
    for (let byte = 0; byte < 256; byte++) {
      let asked = 0;
      const code = autoCode((n) => new Uint8Array(n).fill(asked++ === 0 ? byte : 0), 1);
      if (byte >= 248) expect(asked).toBe(2);
      else counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(Array(31).fill(8));
  });

  it('have 8 symbols and are their own lookup key', () => {
    const code = autoCode((n) => Uint8Array.from({ length: n }, (_, i) => i * 37));
    expect(code).toHaveLength(AUTO_CODE_LENGTH);
    expect(lookupKey(code)).toBe(code);
  });
});

describe('the lookup key', () => {
  it.each([
    ['abcd2345', 'ABCD2345'],
    [' AB-CD 23_45 '.replace('_', '\u2014'), 'ABCD2345'],
    ['ab\u200Bcd\u200C23\u200D45\uFEFF\u2060\u00AD', 'ABCD2345'],
    ['AB\u2212CD\u00A023\u202F45\u0085', 'ABCD2345'],
    ['\uFF21\uFF42\uFF23\uFF0D\uFF12', 'ABC2'],
    ['\u017F\u212A\u2460\uFB01', 'SK1F1'],
    ['O0o', '000'],
    ['I1lLi', '11111'],
    ['TILL-2026', 'T1112026'],
    ['A'.repeat(20), 'A'.repeat(20)],
  ])('of %j is %s', (text, key) => expect(lookupKey(text)).toBe(key));

  it.each([
    ['too short', 'AB'], ['too short without its dashes', 'A-B--'], ['empty', ''], ['too long', 'A'.repeat(21)],
    ['a Cyrillic А', '\u0410BCD'], ['a Greek Α', '\u0391BCD'], ['a dotless ı', 'B\u0131LL'], ['ß', 'GRO\u00DF'], ['an umlaut', 'T\u00DCR2'],
    ['a combining accent', 'ABCE\u0301'], ['an underscore', 'AB_CD'], ['an emoji', 'ABC\u{1F600}'], ['a control character', 'ABC\u0000D'],
    ['a direction mark', 'ABC\u202ED'], ['a Hangul filler', 'ABC\u3164D'], ['a Mongolian separator', 'ABC\u180ED'], ['a lone surrogate', 'ABC\uD800'],
  ])('of a text with or being %s is none', (_, text) => expect(lookupKey(text)).toBeNull());

  it('never drops a character, so these are not ABCDEFGH', () => {
    for (const text of ['0ABCDEFGH', 'ABCDEFGH1', 'ABCD0EFGHL']) expect(lookupKey(text)).toHaveLength(text.length);
  });

  it('of a lookup key is the key itself', () => {
    const characters = fc.constantFrom(...'aOoIiLl01zZ9- \u200B\uFF2F\u2010\u017F\u00DF\u0131');
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: characters, maxLength: 24 })), (text) => {
        const key = lookupKey(text);
        if (key !== null) expect(lookupKey(key)).toBe(key);
        if (key !== null) expect(key).toMatch(/^[0-9A-HJKMNP-Z]{3,20}$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('is none with any letter of another script, wherever it stands', () => {
    const resolved: string[] = [];
    for (let point = 0x80; point < 0x20000; point++) {
      const letter = String.fromCodePoint(point);
      if (!/\p{L}/u.test(letter) || /\p{Script=Latin}|\p{Script=Common}/u.test(letter)) continue;
      if (lookupKey(`ABCD${letter}2345`) !== null || lookupKey(`${letter}ABC`) !== null) resolved.push(letter);
    }
    expect(resolved).toEqual([]);
  });
});

describe('chosen codes', () => {
  it.each(['ABC', 'TILL-2026', '0-0-0', 'A'.repeat(20)])('%s is allowed', (text) => expect(customCodeProblem(text)).toBeNull());
  it.each(['AB', 'abc', 'A B C', 'A--', '---', 'A'.repeat(21), 'ABC\n', 'ÄBC'])('%j is refused', (text) => {
    expect(customCodeProblem(text)).toBe('invalid_format');
  });
  it('are reserved when they read like a reserved word', () => {
    expect(['ADMIN', 'ADM1N', 'AD-MIN', 'OFFICIA1'].map((text) => isReserved(text, ['admin', 'official']))).toEqual([true, true, true, true]);
    expect(['ADMINA', 'MY-ADMIN', 'x'].map((text) => isReserved(text, ['admin', 'x']))).toEqual([false, false, false]);
  });
});

describe('the state of a code', () => {
  const now = new Date('2026-03-01T00:00:00Z');
  const good = { isActive: true, expiresAt: null, maxUses: null };
  it.each([
    ['is none for one without limits', good, 1e6, null],
    ['is inactive before expired', { isActive: false, expiresAt: now, maxUses: 1 }, 1, 'inactive'],
    ['is expired from its instant on', { ...good, expiresAt: now, maxUses: 1 }, 1, 'expired'],
    ['is none a moment before', { ...good, expiresAt: new Date(now.getTime() + 1) }, 0, null],
    ['is exhausted at maxUses', { ...good, maxUses: 10 }, 10, 'exhausted'],
    ['is none below maxUses', { ...good, maxUses: 10 }, 9, null],
  ] as const)('%s', (_, code, uses, problem) => expect(codeProblem(code, uses, now)).toBe(problem));
});

describe('short names', () => {
  it.each([
    ['Till Schneider', 'Till S.'], ['  Anna  Maria   schmidt ', 'Anna S.'], ['Till', 'Till'], ['Ольга Петрова', 'Ольга П.'],
    ['Ana E\u0301vora', 'Ana E\u0301.'], ['Kim \u{1F468}\u200D\u{1F469}\u200D\u{1F467}', 'Kim \u{1F468}\u200D\u{1F469}\u200D\u{1F467}.'], ['Till\nSchneider', 'Till S.'],
    ['', null], ['   ', null], [null, null], [undefined, null], ['till@example.org', null], ['Till till@example.org', null],
  ])('of %j is %j', (name, short) => expect(shortName(name)).toBe(short));
});
