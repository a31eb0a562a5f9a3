import fc, { type Arbitrary } from 'fast-check';
import type { ApiDocument, Operation } from './document.js';
import { hostile, valueOf } from './values.js';

export interface Prepared {
  operation: Operation;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** can be nothing but refused */
  isRefused: boolean;
}

/** In a path or a body, to be replaced by an id that an earlier answer named. */
export const SOME_ID = '00000000-0000-7000-8000-5050505050ad';
export const SOME_CODE = 'SOME-CODE-OF-BEFORE';

type Fields = Record<string, unknown>;
const TRICKS = ['none', 'none', 'none', 'none', 'replace', 'replace', 'drop', 'stranger', 'raw', 'type', 'query', 'path', 'key', 'none'] as const;
const RAW = ['{', '[]', 'null', '"text"', '1', '{"a":1,"a":2}', `${'['.repeat(60)}${']'.repeat(60)}`, '\u0000', '{"__proto__":{"admin":true}}', `{"x":"${'y'.repeat(70_000)}"}`, ''];

/** Requests of one operation: most as they should be, the others wrong in one way. `alwaysWrong`: in a way that must be refused. */
export function requestsOf(api: ApiDocument, operation: Operation, adminKey: string, alwaysWrong = false): Arbitrary<Prepared> {
  const fields = (place: string): Arbitrary<Fields> => {
    const parameters = operation.parameters.filter((parameter) => parameter.in === place);
    const values = Object.fromEntries(parameters.map(({ name, schema }) => [name, fieldOf(api, schema, name)]));
    return fc.record(values, { requiredKeys: parameters.filter(({ required }) => required).map(({ name }) => name) });
  };
  const body = operation.body ? (valueOf(api, operation.body).map(withKnown) as Arbitrary<Fields>) : fc.constant(null);
  return fc.record({
    params: fields('path'), query: fields('query'), body, trick: alwaysWrong ? fc.constantFrom('stranger' as const, 'key' as const) : fc.constantFrom(...TRICKS),
    bad: hostile, raw: fc.constantFrom(...RAW), pick: fc.nat(), idempotencyKey: fc.option(fc.constantFrom('k1', 'k2', 'k3', 'x'.repeat(300), 'ü'), { nil: undefined, freq: 4 }),
  }).map((parts) => prepare(operation, adminKey, parts));
}

const fieldOf = (api: ApiDocument, schema: Parameters<typeof valueOf>[1], name: string): Arbitrary<unknown> => {
  const made = valueOf(api, schema, name);
  return /(^id|Id)$/.test(name) && name !== 'userId' ? fc.oneof({ weight: 3, arbitrary: fc.constant(SOME_ID) }, { weight: 1, arbitrary: made }) : name === 'code' ? fc.oneof(fc.constant(SOME_CODE), made) : made;
};

const withKnown = (body: unknown): unknown => {
  if (typeof body !== 'object' || body === null || !('code' in body) || String((body as Fields)['code']).length % 2 === 0) return body;
  return { ...body, code: SOME_CODE };
};

interface Parts {
  params: Fields;
  query: Fields;
  body: Fields | null;
  trick: (typeof TRICKS)[number];
  bad: unknown;
  raw: string;
  pick: number;
  idempotencyKey: string | undefined;
}

function prepare(operation: Operation, adminKey: string, { params, query, body, trick, bad, raw, pick, idempotencyKey }: Parts): Prepared {
  const headers: Record<string, string> = { authorization: `Bearer ${adminKey}` };
  if (operation.method === 'POST' && idempotencyKey && isHeader(idempotencyKey)) headers['idempotency-key'] = idempotencyKey;
  let text = body === null ? undefined : JSON.stringify(body);
  if (text !== undefined) headers['content-type'] = 'application/json';
  const names = Object.keys(body ?? {});
  const name = names[pick % Math.max(names.length, 1)];
  let isRefused = false;
  switch (trick) {
    case 'replace': if (body && name) text = JSON.stringify({ ...body, [name]: bad }); break;
    case 'drop': if (body && name) text = JSON.stringify({ ...body, [name]: undefined }); break;
    case 'raw': if (body) text = raw; break;
    case 'type': if (body) headers['content-type'] = ['text/plain', 'application/xml', 'application/json; charset=utf-16', 'x'][pick % 4]!; break;
    case 'query': {
      const known = operation.parameters.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name);
      const wrong = [...known, 'limit', 'stranger'];
      query = { ...query, [wrong[pick % wrong.length]!]: bad };
      break;
    }
    case 'path': if (Object.keys(params).length > 0) params = { ...params, [Object.keys(params)[0]!]: bad }; break;
    case 'key': headers['authorization'] = ['', 'Bearer', 'Bearer x', 'Basic YTpi', `Bearer rf_test_${'0'.repeat(32)}_${'A'.repeat(43)}_AAAAAA`][pick % 5]!; isRefused = operation.scope !== 'open'; break;
    // links that people share gather parameters of others on their way
    case 'stranger': if (body) text = JSON.stringify({ ...body, stranger: bad }); else query = { ...query, stranger: 'x' }; isRefused = !operation.path.startsWith('/r/'); break;
    case 'none': break;
  }
  const path = operation.path.replace(/\{(\w+)\}/g, (_all, key: string) => inPath(params[key]));
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined).map(([key, value]) => `${key}=${inPath(value)}`);
  return { operation, path: pairs.length > 0 ? `${path}?${pairs.join('&')}` : path, headers, body: text, isRefused };
}

const isHeader = (text: string): boolean => /^[\x20-\x7e]+$/.test(text);

function inPath(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  // a dot alone is the folder itself: no client sends it
  return encodeURIComponent(text.toWellFormed()).replace(/^\.{1,2}$/, 'dot') || '%20';
}
