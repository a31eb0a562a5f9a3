import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHmac, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HostTokens } from './host-tokens.js';

const SECRET = 'a secret of the host with 32 characters';
const now = Math.floor(Date.now() / 1_000);
const CLAIMS = { sub: 'user-42', exp: now + 60, iss: 'https://host.example', aud: 'referrals' };
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = (header: object, claims: object): string => `${encode(header)}.${encode(claims)}`;

function hs256(claims: object = CLAIMS, { secret = SECRET, header = { alg: 'HS256', typ: 'JWT' } }: { secret?: string | Buffer; header?: object } = {}): string {
  const text = unsigned(header, claims);
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const signed = (alg: string, key: KeyObject, kid: string | undefined, claims: object = CLAIMS, more: object = {}): string => {
  const text = unsigned({ alg, kid, ...more }, claims);
  const options = alg === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' as const } : key;
  return `${text}.${sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(text), options).toString('base64url')}`;
};

const bound = { HOST_JWT_ISSUER: 'https://host.example', HOST_JWT_AUDIENCE: 'referrals', HOST_JWKS_URL: undefined, HOST_JWT_SECRET: undefined };

describe('a token under a shared secret', () => {
  const tokens = new HostTokens({ ...bound, HOST_JWT_SECRET: SECRET });

  test('names its user, also with several audiences', async () => {
    expect(await tokens.verify(hs256())).toBe('user-42');
    expect(await tokens.verify(hs256({ ...CLAIMS, aud: ['other', 'referrals'], nbf: now - 1 }))).toBe('user-42');
  });

  const bad: [what: string, token: string][] = [
    ['no algorithm', `${unsigned({ alg: 'none' }, CLAIMS)}.`],
    ['no algorithm and a signature', hs256(CLAIMS, { header: { alg: 'none' } })],
    ['another algorithm of the family', hs256(CLAIMS, { header: { alg: 'HS512' } })],
    ['another secret', hs256(CLAIMS, { secret: `${SECRET}x` })],
    ['a changed body', hs256().replace(/\.[^.]+\./, `.${encode({ ...CLAIMS, sub: 'user-43' })}.`)],
    ['a signature cut short', hs256().slice(0, -2)],
    ['another issuer', hs256({ ...CLAIMS, iss: 'https://evil.example' })],
    ['no issuer', hs256({ ...CLAIMS, iss: undefined })],
    ['another audience', hs256({ ...CLAIMS, aud: 'else' })],
    ['an end in the past', hs256({ ...CLAIMS, exp: now - 1 })],
    ['no end', hs256({ ...CLAIMS, exp: undefined })],
    ['an end that is text', hs256({ ...CLAIMS, exp: String(now + 60) })],
    ['a beginning in the future', hs256({ ...CLAIMS, nbf: now + 60 })],
    ['no user', hs256({ ...CLAIMS, sub: undefined })],
    ['an empty user', hs256({ ...CLAIMS, sub: '' })],
    ['a user that is no text', hs256({ ...CLAIMS, sub: { $ne: null } })],
    ['a user that no id can be', hs256({ ...CLAIMS, sub: 'a\nb' })],
    ['an address of keys', hs256(CLAIMS, { header: { alg: 'HS256', jku: 'https://evil.example/keys' } })],
    ['a key of its own', hs256(CLAIMS, { header: { alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } } })],
    ['a critical extension', hs256(CLAIMS, { header: { alg: 'HS256', crit: ['b64'], b64: false } })],
    ['two parts', hs256().split('.').slice(0, 2).join('.')],
    ['four parts', `${hs256()}.x`],
    ['a body that is no JSON', 'e30.AAAA.AAAA'],
    ['signs of another alphabet', hs256().replace(/.$/, '=')],
  ];
  test.each(bad)('with %s names nobody', async (_what, token) => {
    expect(await tokens.verify(token)).toBeNull();
  });

  test('needs neither issuer nor audience where none is configured', async () => {
    const plain = new HostTokens({ ...bound, HOST_JWT_SECRET: SECRET, HOST_JWT_ISSUER: undefined, HOST_JWT_AUDIENCE: undefined });
    expect(await plain.verify(hs256({ sub: 'u', exp: now + 60 }))).toBe('u');
  });
});

describe('a token under a key set', () => {
  let host: Server;
  let url: string;
  let reads = 0;
  let keys: object[] = [];
  const jwk = (key: KeyObject, more: object): object => ({ ...key.export({ format: 'jwk' }), ...more });

  beforeAll(async () => {
    host = createServer((_request, answer) => {
      reads += 1;
      answer.end(JSON.stringify({ keys }));
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/jwks`;
    keys = [jwk(rsa.publicKey, { kid: 'r1', use: 'sig', alg: 'RS256' }), jwk(ec.publicKey, { kid: 'e1' }), jwk(ed.publicKey, { kid: 'd1' })];
  });
  afterAll(() => void host.close());
  const open = (): HostTokens => new HostTokens({ ...bound, HOST_JWKS_URL: url });

  test.each([['RS256', rsa, 'r1'], ['ES256', ec, 'e1'], ['EdDSA', ed, 'd1']] as const)('may be signed by %s', async (alg, pair, kid) => {
    expect(await open().verify(signed(alg, pair.privateKey, kid))).toBe('user-42');
  });

  test('signed with the public key as a secret names nobody', async () => {
    const pem = createPublicKey(rsa.privateKey).export({ type: 'spki', format: 'pem' });
    for (const secret of [pem, Buffer.from(JSON.stringify(keys[0]))]) {
      expect(await open().verify(hs256(CLAIMS, { secret, header: { alg: 'HS256', kid: 'r1' } }))).toBeNull();
    }
  });

  test.each([
    ['an unknown key id', signed('RS256', rsa.privateKey, 'r9')],
    ['a key id that is a path', signed('RS256', rsa.privateKey, '../../dev/null')],
    ['a key id that is SQL', signed('RS256', rsa.privateKey, "r1' or '1'='1")],
    ['the key id of another key', signed('ES256', ec.privateKey, 'r1')],
    ['no key id, where there are several', signed('RS256', rsa.privateKey, undefined)],
    ['an address of keys', signed('RS256', rsa.privateKey, 'r1', CLAIMS, { jku: 'https://evil.example' })],
    ['an end in the past', signed('RS256', rsa.privateKey, 'r1', { ...CLAIMS, exp: now - 1 })],
  ])('with %s names nobody', async (_what, token) => {
    expect(await open().verify(token)).toBeNull();
  });

  test('reads the set once for many, and again for a key that is new', async () => {
    const tokens = open();
    reads = 0;
    await Promise.all(Array.from({ length: 50 }, () => tokens.verify(signed('EdDSA', ed.privateKey, 'd1'))));
    expect(reads).toBe(1);
    const next = generateKeyPairSync('ed25519');
    keys = [...keys.slice(0, 2), jwk(next.publicKey, { kid: 'd2' })];
    expect(await tokens.verify(signed('EdDSA', next.privateKey, 'd2'))).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 2_050));
    expect(await tokens.verify(signed('EdDSA', next.privateKey, 'd2'))).toBe('user-42');
    expect(await tokens.verify(signed('EdDSA', ed.privateKey, 'd1'))).toBeNull();
    expect(reads).toBe(2);
  });

  test('answers unavailable while no set could ever be read', async () => {
    const away = new HostTokens({ ...bound, HOST_JWKS_URL: 'http://127.0.0.1:1/jwks' });
    await expect(away.verify(signed('RS256', rsa.privateKey, 'r1'))).rejects.toMatchObject({ code: 'unavailable' });
  });
});
