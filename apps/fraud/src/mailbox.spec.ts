import { describe, expect, it } from '@jest/globals';
import { disposableDomain } from './disposable-domains.js';
import { mailboxOf } from './mailbox.js';

describe('a mailbox', () => {
  it.each([
    ['Ann.Lee@Example.ORG', 'ann.lee@example.org'],
    [' ann@example.org ', 'ann@example.org'],
    ['ann@example.org.', 'ann@example.org'],
    ['ann+news+more@example.org', 'ann@example.org'],
    ['a.n.n@gmail.com', 'ann@gmail.com'],
    ['A.nn+x.y@GoogleMail.com', 'ann@gmail.com'],
    ['a.nn@example.org', 'a.nn@example.org'],
    ['ann@BÜCHER.example', 'ann@xn--bcher-kva.example'],
    ['ａｎｎ@example.org', 'ann@example.org'],
    ['jürgen@example.org', 'jürgen@example.org'],
  ])('written %s is %s', (text, canonical) => {
    expect(mailboxOf(text)?.canonical).toBe(canonical);
  });

  it.each([
    ['ann12@example.org', 'ann@example.org'],
    ['a1n2n3@example.org', 'ann@example.org'],
    ['an12@example.org', null],
    ['12345@example.org', null],
    ['ann@example.org', 'ann@example.org'],
    ['a.n.n.7@gmail.com', 'ann@gmail.com'],
  ])('%s without its digits is %s', (text, bare) => {
    expect(mailboxOf(text)?.bare).toBe(bare);
  });

  it.each(['', 'ann', '@example.org', 'ann@', 'ann@localhost', 'a b@example.org', 'a@b@example.org', '+tag@example.org', 'ann@exa mple.org', '...@gmail.com'])(
    'is not what %j is', (text) => {
      expect(mailboxOf(text)).toBeNull();
    });

  it('has one canonical form for 500 spellings', () => {
    const spellings = Array.from({ length: 500 }, (_, n) => {
      const dotted = [...'secretmailbox'].map((letter, at) => ((n >> at % 9) & 1 && at > 0 ? `.${letter}` : letter)).join('');
      const cased = n % 2 ? dotted.toUpperCase() : dotted;
      return `${cased}${n % 3 ? `+tag${n}` : ''}@${['gmail.com', 'GoogleMail.com', 'GMAIL.COM'][n % 3]}`;
    });
    expect(new Set(spellings).size).toBeGreaterThan(490);
    expect(new Set(spellings.map((text) => mailboxOf(text)?.canonical))).toEqual(new Set(['secretmailbox@gmail.com']));
  });
});

describe('a disposable domain', () => {
  it.each([
    ['mailinator.com', 'mailinator.com'],
    ['any.thing.mailinator.com', 'mailinator.com'],
    ['mailinator.example', null],
    ['example.org', null],
    ['com', null],
  ])('is found for %s: %s', (domain, found) => {
    expect(disposableDomain(domain)).toBe(found);
  });
});
