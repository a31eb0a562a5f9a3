import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROUTES } from '@referrals/contracts';
import { connect } from 'node:net';
import { ADMIN_KEY, GatewayFixture, type SentRequest } from './gateway.fixture.js';

let gateway: GatewayFixture;
beforeAll(async () => {
  gateway = await GatewayFixture.start();
});
afterAll(() => gateway.stop());

type Case = [what: string, method: string, path: string, sent: SentRequest, status: number, code: string];

const POST = (what: string, raw: string | Buffer, status: number, code: string, path = '/v1/referrals'): Case => [what, 'POST', path, { raw }, status, code];
const referral = (more: object): string => JSON.stringify({ refereeId: 'u2', code: 'ABCD2345', ...more });
const deep = (levels: number): string => `{"refereeId":"u2","code":"A","context":${'['.repeat(levels)}${']'.repeat(levels)}}`;

const CASES: Case[] = [
  POST('a body cut short', '{"refereeId":"u2"', 400, 'invalid_json'),
  POST('a body of plain words', 'refereeId=u2', 400, 'invalid_json'),
  POST('an empty body', '', 400, 'invalid_json'),
  POST('a body of white space', '  \n ', 400, 'invalid_json'),
  POST('single quotes', "{'refereeId':'u2'}", 400, 'invalid_json'),
  POST('a trailing comma', '{"refereeId":"u2",}', 400, 'invalid_json'),
  POST('NaN', '{"refereeId":NaN}', 400, 'invalid_json'),
  POST('two documents', '{}{}', 400, 'invalid_json'),
  POST('bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400, 'invalid_json'),
  POST('a raw NUL character', '{"refereeId":"u\0"}', 400, 'invalid_json'),
  POST('a key that stands twice', '{"refereeId":"u2","code":"A","refereeId":"u3"}', 400, 'invalid_json'),
  POST('a key that stands twice within', referral({}).replace('}', ',"context":{"ip":"1.2.3.4","i\\u0070":"1.2.3.5"}}'), 400, 'invalid_json'),
  POST('twenty thousand levels', deep(20_000), 400, 'invalid_json'),
  POST('twenty-one levels', deep(21), 400, 'invalid_json'),
  POST('an array instead of an object', '[]', 422, 'invalid_request'),
  POST('null', 'null', 422, 'invalid_request'),
  POST('a string', '"refereeId"', 422, 'invalid_request'),
  POST('a number', '42', 422, 'invalid_request'),
  POST('no field at all', '{}', 422, 'invalid_request'),
  POST('neither code nor token', '{"refereeId":"u2"}', 422, 'invalid_request'),
  POST('both code and token', referral({ attributionToken: 't' }), 422, 'invalid_request'),
  POST('an unknown field', referral({ referrerId: 'u1' }), 422, 'invalid_request'),
  POST('__proto__', '{"refereeId":"u2","code":"A","__proto__":{"isAdmin":true}}', 422, 'invalid_request'),
  POST('constructor', referral({ constructor: { prototype: {} } }), 422, 'invalid_request'),
  POST('__proto__ in the context', '{"refereeId":"u2","code":"A","context":{"__proto__":{"ip":"1.2.3.4"}}}', 422, 'invalid_request'),
  POST('a context that claims to be sealed', referral({ context: { sealed: 'v1.k.k.k' } }), 422, 'invalid_request'),
  POST('an escaped NUL', referral({ refereeId: 'u\0' }), 422, 'invalid_request'),
  POST('a lone surrogate', '{"refereeId":"u\\ud800","code":"A"}', 422, 'invalid_request'),
  POST('a lone surrogate in the code', '{"refereeId":"u2","code":"\\udfff"}', 422, 'invalid_request'),
  POST('a code that is a number', referral({ code: 12345678 }), 422, 'invalid_request'),
  POST('a code that is an object', referral({ code: { $ne: null } }), 422, 'invalid_request'),
  POST('a code of 257 characters', referral({ code: 'A'.repeat(257) }), 422, 'invalid_request'),
  POST('an empty referee', referral({ refereeId: '' }), 422, 'invalid_request'),
  POST('a referee of 129 characters', referral({ refereeId: 'u'.repeat(129) }), 422, 'invalid_request'),
  POST('a line break in an id', referral({ refereeId: 'u\r\nx: y' }), 422, 'invalid_request'),
  POST('an instant that is none', referral({ occurredAt: 'yesterday' }), 422, 'invalid_request'),
  POST('an instant without a zone', referral({ occurredAt: '2026-11-01T12:00:00' }), 422, 'invalid_request'),
  POST('the 31st of February', referral({ occurredAt: '2026-02-31T12:00:00Z' }), 422, 'invalid_request'),
  POST('an app id with a slash', referral({ appId: '../etc' }), 422, 'invalid_request'),
  POST('a fraction of a cent', '{"id":"p1","userId":"u1","kind":"topup","amount":0.5,"currency":"EUR","status":"settled"}', 422, 'invalid_request', '/v1/payments'),
  POST('an amount beyond all bounds', '{"id":"p1","userId":"u1","kind":"topup","amount":1e400,"currency":"EUR","status":"settled"}', 422, 'invalid_request', '/v1/payments'),
  POST('an amount of nothing', '{"id":"p1","userId":"u1","kind":"topup","amount":0,"currency":"EUR","status":"settled"}', 422, 'invalid_request', '/v1/payments'),
  POST('an unknown kind', '{"id":"a1","userId":"u1","kind":"toString"}', 422, 'invalid_request', '/v1/activity'),
  POST('metadata of 5 KiB', JSON.stringify({ userId: 'u', type: 'custom', code: 'SUMMER26', metadata: { a: 'x'.repeat(5_000) } }), 422, 'invalid_request', '/v1/codes'),
  POST('a body of 64 KiB and one byte', JSON.stringify('x'.repeat(64 * 1_024 - 1)), 413, 'too_large'),
  POST('a body of 2 MiB', 'x'.repeat(2 * 1_024 * 1_024), 413, 'too_large'),
  ['a form', 'POST', '/v1/referrals', { raw: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415, 'unsupported_media_type'],
  ['plain text', 'POST', '/v1/referrals', { raw: referral({}), headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
  ['XML', 'POST', '/v1/referrals', { raw: '<a/>', headers: { 'content-type': 'application/xml' } }, 415, 'unsupported_media_type'],
  ['a content type that is none', 'POST', '/v1/referrals', { raw: '{}', headers: { 'content-type': 'json' } }, 415, 'unsupported_media_type'],
  ['a query on a route with a body', 'POST', '/v1/codes/validate?code=A', { body: { code: 'A' } }, 422, 'invalid_request'],
  ['a path parameter again in the body', 'PUT', '/v1/users/u1', { body: { userId: 'u2' } }, 422, 'invalid_request'],
  ['a sealed e-mail over HTTP', 'PUT', '/v1/users/u1', { body: { sealedEmail: 'v1.k.k.k' } }, 422, 'invalid_request'],
  ['a path parameter again in the query', 'GET', '/v1/users/u1/balances?userId=u2', {}, 422, 'invalid_request'],
  ['a body where none belongs', 'DELETE', '/v1/api-keys/0199aaaa-0000-7000-8000-000000000001', { body: { all: true } }, 422, 'invalid_request'],
  ['a limit of nothing', 'GET', '/v1/users/u1/codes?limit=0', {}, 422, 'invalid_request'],
  ['a limit of 101', 'GET', '/v1/users/u1/codes?limit=101', {}, 422, 'invalid_request'],
  ['a limit in words', 'GET', '/v1/users/u1/codes?limit=ten', {}, 422, 'invalid_request'],
  ['a limit given twice', 'GET', '/v1/users/u1/codes?limit=1&limit=2', {}, 422, 'invalid_request'],
  ['a cursor of the caller’s own', 'GET', '/v1/api-keys?cursor=bm90IGEgY3Vyc29y', {}, 422, 'invalid_request'],
  ['an unknown filter', 'GET', '/v1/users/u1/referrals?stage=lost', {}, 422, 'invalid_request'],
  ['an unknown query field', 'GET', '/v1/users/u1/referrals?__proto__=1', {}, 422, 'invalid_request'],
  ['an id that is no UUID', 'GET', "/v1/referrals/1'%20or%201=1", {}, 404, 'not_found'],
  ['a NUL in a path', 'GET', '/v1/users/u%00/code', {}, 422, 'invalid_request'],
  ['a user id of 129 characters', 'GET', `/v1/users/${'u'.repeat(129)}/code`, {}, 422, 'invalid_request'],
  ['a user id of 2,000 characters', 'GET', `/v1/users/${'u'.repeat(2_000)}/code`, {}, 404, 'not_found'],
  ['half a percent sign', 'GET', '/v1/users/%zz/code', {}, 404, 'not_found'],
  ['percent signs that are no UTF-8', 'GET', '/v1/users/%ff/code', {}, 404, 'not_found'],
  ['an unknown path', 'GET', '/v1/nothing', {}, 404, 'not_found'],
  ['a path with a slash too many', 'GET', '/v1/users/u1/code/', {}, 404, 'not_found'],
  ['a path in capitals', 'GET', '/V1/USERS/u1/CODE', {}, 404, 'not_found'],
  ['a method that the path lacks', 'DELETE', '/v1/referrals', {}, 405, 'method_not_allowed'],
  ['OPTIONS', 'OPTIONS', '/v1/referrals', {}, 405, 'method_not_allowed'],
  ['a method of file servers', 'PROPFIND', '/v1/users/u1/code', {}, 405, 'method_not_allowed'],
  ['an empty idempotency key', 'POST', '/v1/referrals', { raw: referral({}), headers: { 'idempotency-key': '' } }, 422, 'invalid_request'],
  ['an idempotency key of 256 characters', 'POST', '/v1/referrals', { raw: referral({}), headers: { 'idempotency-key': 'k'.repeat(256) } }, 422, 'invalid_request'],
  ['an idempotency key beyond ASCII', 'POST', '/v1/referrals', { raw: referral({}), headers: { 'idempotency-key': 'schlüssel' } }, 422, 'invalid_request'],
];

describe('a malformed request', () => {
  test('comes in more than fifty forms here', () => expect(CASES.length).toBeGreaterThan(50));

  test.each(CASES)('with %s is a problem with its status and code', async (_what, method, path, sent, status, code) => {
    gateway.calls.length = 0;
    const answer = await gateway.request(method, path, sent);
    const text = await answer.text();
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({ status, type: 'application/problem+json' });
    const problem = JSON.parse(text) as Record<string, unknown>;
    expect(problem).toMatchObject({ type: `urn:referrals:problem:${code}`, title: expect.any(String), status, code, instance: answer.headers.get('x-request-id') });
    if (status === 422) expect(problem['errors']).toEqual(expect.arrayContaining([{ path: expect.any(String), message: expect.any(String) }]));
    expect(text).not.toMatch(/node_modules|\.ts:|select |stack/i);
    expect(gateway.asked()).toEqual([]);
  });

  const OURS = ROUTES.flatMap(({ http }) => {
    const [, name] = /\{(\w*[iI]d)\}/.exec(http.path.replace(/\{(userId|paymentId|importId)\}/, 'host')) ?? [];
    return name === undefined ? [] : [[`${http.method} ${http.path}`, http.method, http.path.replace(`{${name}}`, 'not-an-id').replace(/\{\w+\}/g, 'x')] as const];
  });
  test.each(OURS)('with an id that cannot be one of ours is not found, whatever else it asks for: %s', async (_name, method, path) => {
    gateway.calls.length = 0;
    const answer = await gateway.request(method, path, method === 'GET' || method === 'DELETE' ? {} : { body: {} });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, 'not_found']);
    expect(gateway.asked()).toEqual([]);
  });

  test('names the methods that a path has', async () => {
    const answer = await gateway.request('DELETE', '/v1/codes');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    expect((await gateway.request('POST', '/v1/users/u1/code')).headers.get('allow')).toBe('GET, HEAD');
  });

  test('names each unknown field', async () => {
    const answer = await gateway.request('POST', '/v1/referrals', { body: { refereeId: 'u2', code: 'A', status: 1, context: { port: 80 } } });
    const { errors } = (await answer.json()) as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path).sort()).toEqual(['context.port', 'status']);
  });
});

describe('what is no HTTP', () => {
  const ADMIN = `Authorization: Bearer ${ADMIN_KEY}\r\nHost: x\r\n`;
  const SMUGGLED = `DELETE /v1/api-keys/0199aaaa-0000-7000-8000-000000000001 HTTP/1.1\r\n${ADMIN}\r\n`;
  const say = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(gateway.gateway.port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (bytes) => (answer += bytes.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
      socket.setTimeout(5_000, () => socket.destroy());
    });

  test.each([
    ['no request line', 'hello\r\n\r\n', 400],
    ['a length and chunks at once', `POST /v1/referrals HTTP/1.1\r\n${ADMIN}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['two lengths', `POST /v1/referrals HTTP/1.1\r\n${ADMIN}Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}  `, 400],
    ['chunks and a length at once', `POST /v1/referrals HTTP/1.1\r\n${ADMIN}Transfer-Encoding: chunked\r\nContent-Length: 60\r\n\r\n0\r\n\r\n${SMUGGLED}`, 400],
    ['lines that end with a line feed alone', `GET /health/live HTTP/1.1\nHost: x\n\n`, 400],
    ['a header whose line ends with a line feed alone', `POST /v1/referrals HTTP/1.1\r\n${ADMIN}X: y\nContent-Length: 0\r\n\r\n`, 400],
    ['white space before the colon', `POST /v1/referrals HTTP/1.1\r\n${ADMIN}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`, 400],
    ['chunks that are not the last coding', `POST /v1/referrals HTTP/1.1\r\n${ADMIN}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${SMUGGLED}`, 400],
    ['an unknown coding', `POST /v1/referrals HTTP/1.1\r\n${ADMIN}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`, 400],
    ['a length with a sign', `POST /v1/referrals HTTP/1.1\r\n${ADMIN}Content-Length: +4\r\n\r\n{}  `, 400],
    ['a length in hexadecimal', `POST /v1/referrals HTTP/1.1\r\n${ADMIN}Content-Length: 0x4\r\n\r\n{}  `, 400],
    ['a chunk of a size that is none', `POST /v1/referrals HTTP/1.1\r\n${ADMIN}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`, 400],
    ['a control character in a header', `GET /health/live HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a\x01b\r\n\r\n`, 400],
    ['headers of 20 KiB', `GET /health/live HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s ends in a problem and the connection', async (_what, text, status) => {
    gateway.calls.length = 0;
    const answer = await say(text);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(gateway.asked()).toEqual([]);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
  });

  test('a target that is no path is not found', async () => {
    expect(await say(`GET *v1/jobs HTTP/1.1\r\n${ADMIN}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 404 /);
  });
});
