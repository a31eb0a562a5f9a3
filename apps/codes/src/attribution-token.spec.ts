import { describe, expect, it } from '@jest/globals';
import { AttributionTokens } from './attribution-token.js';

const tokens = new AttributionTokens('a secret of this spec');
const content = { codeId: '0190a0a0-1234-7abc-8def-0123456789ab', issuedAt: new Date('2026-11-01T12:00:00.123Z'), expiresAt: new Date('2027-01-30T12:00:00.123Z') };
const token = tokens.sign(content);

describe('an attribution token', () => {
  it('says what it was signed with, and is short', () => {
    expect(tokens.read(token)).toEqual(content);
    expect(token).toMatch(/^[\w-]{38}\.[\w-]{43}$/);
  });

  it('is read under its own secret only', () => {
    expect(new AttributionTokens('another secret').read(token)).toBeNull();
  });

  it('is nothing any more once any character is changed, dropped or added', () => {
    for (let at = 0; at < token.length; at += 1) {
      for (const character of ['A', 'b', '-', '.', '=', '']) {
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        if (changed !== token) expect(tokens.read(changed)).toBeNull();
      }
    }
    for (const changed of [`${token}=`, `${token}.`, ` ${token}`, `${token}.x`]) expect(tokens.read(changed)).toBeNull();
  });

  it.each(['', '.', 'a.b', '..', 'null', 'ü.ü', 'x'.repeat(1_024)])('is not %j', (text) => {
    expect(tokens.read(text)).toBeNull();
  });
});
