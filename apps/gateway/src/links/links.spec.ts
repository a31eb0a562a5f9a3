import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { GatewayFixture } from '../gateway.fixture.js';
import { LinkTargets } from './link-target.js';

const TOKEN = 'AAAA.BBBB';
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
let gateway: GatewayFixture;

beforeAll(async () => {
  gateway = await GatewayFixture.start({ LINK_ORIGINS: 'https://app.example, http://localhost:5173', LANDING_URL: 'https://www.example/welcome?lang=de' });
});
beforeEach(() => {
  gateway.calls.length = 0;
  gateway.on('codes.click', () => ({ reply: { token: TOKEN, expiresAt: '2030-01-01T00:00:00.000Z' } }));
});
afterAll(() => gateway.stop());

const follow = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
  fetch(gateway.gateway.url + path, { method, redirect: 'manual', headers: { 'user-agent': BROWSER, ...headers } });
const to = (target: string): string => `/r/ABCD2345?to=${encodeURIComponent(target)}`;

describe('a link', () => {
  test('leads to an allow-listed page with the token in `ref` and in a cookie for as long as it counts', async () => {
    const answer = await follow(to('https://app.example/join?plan=a#top'));
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `https://app.example/join?plan=a&ref=${TOKEN}#top`]);
    expect(answer.headers.get('set-cookie')).toBe(`referral=${TOKEN}; Path=/; Expires=Tue, 01 Jan 2030 00:00:00 GMT; HttpOnly; SameSite=Lax`);
    expect(gateway.asked()[0]).toMatchObject({ subject: 'codes.click', data: { code: 'ABCD2345', counts: true } });
  });

  test('leads to the landing page without `to`, decorated by others or not', async () => {
    expect((await follow('/r/ABCD2345')).headers.get('location')).toBe(`https://www.example/welcome?lang=de&ref=${TOKEN}`);
    expect((await follow('/r/ABCD2345?utm_source=x&fbclid=y')).status).toBe(302);
  });

  test('leads on without a token where the code leads nowhere, or nobody can look it up', async () => {
    for (const answer of [{ err: { code: 'not_found' } }, { err: { code: 'invalid_format' } }, { err: { code: 'unavailable' } }, null]) {
      gateway.on('codes.click', () => answer);
      const { status, headers } = await follow(to('https://app.example/'));
      expect([status, headers.get('location'), headers.get('set-cookie')]).toEqual([302, 'https://app.example/', null]);
    }
  });

  test.each([
    ['a messenger', { 'user-agent': 'WhatsApp/2.23.20.0' }], ['a social network', { 'user-agent': 'facebookexternalhit/1.1 (+http://www.facebook.com)' }],
    ['a search engine', { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }],
    ['a browser ahead of its user', { 'sec-purpose': 'prefetch;prerender' }],
  ])('that %s looks at is not counted as clicked', async (_who, headers) => {
    expect((await follow('/r/ABCD2345', headers)).status).toBe(302);
    expect(gateway.asked()[0]!.data).toMatchObject({ counts: false });
  });

  test('asked for its headers alone is not counted as clicked', async () => {
    expect((await follow('/r/ABCD2345', {}, 'HEAD')).status).toBe(302);
    expect(gateway.asked()[0]!.data).toMatchObject({ counts: false });
  });

  const elsewhere = [
    'https://evil.example', '//evil.example', '///evil.example', '\\\\evil.example', '/\\evil.example', 'https:\\\\evil.example', 'https:evil.example', 'https:/evil.example',
    'javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'ftp://app.example/',
    'https://app.example@evil.example', 'https://app.example:pass@evil.example/', 'https://user@app.example/', 'https://app.example\\@evil.example', 'https://app.example%40evil.example',
    'https://app.example.evil.example', 'https://evilapp.example', 'https://xapp.example', 'https://app.example:8443/', 'http://app.example/', 'https://app.example.',
    ' https://app.example/', 'https://app.example/\r\nset-cookie: a=b', 'https://app.example/\tx', 'https://evil.example/https://app.example', 'https://evil.example#https://app.example',
    'https://evil.example?https://app.example', '', '/', 'app.example', 'https://', 'https://app.exam\u0440le/', 'https://аpp.example/', 'http://localhost:5174/', 'https://[::1]/',
  ];
  test.each(elsewhere)('never leads to %j', async (target) => {
    const answer = await follow(to(target));
    expect([answer.status, answer.headers.get('location'), answer.headers.get('set-cookie')]).toEqual([422, null, null]);
    expect(gateway.asked()).toEqual([]);
  });

  test('leads to no other page when it is asked twice for one', async () => {
    expect((await follow('/r/A?to=https://app.example/&to=https://evil.example/')).status).toBe(422);
  });
});

describe('the list of origins', () => {
  test('must hold origins', () => {
    for (const entry of ['app.example', '*', 'https://user@app.example', 'javascript:x']) {
      expect(() => new LinkTargets({ LINK_ORIGINS: [entry], LANDING_URL: undefined })).toThrow(/^environment: LINK_ORIGINS: /);
    }
  });

  test('without a landing page links lead to the portal', () => {
    expect(new LinkTargets({ LINK_ORIGINS: [], LANDING_URL: undefined }).locationOf(undefined, 'a.b')).toBe('/portal?ref=a.b');
  });
});
