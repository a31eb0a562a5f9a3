import fc, { type Arbitrary } from 'fast-check';
import type { ApiDocument, Schema } from './document.js';

/** Known by name, so that requests meet what earlier ones made. */
export const USERS = ['till', 'nina', 'omar', 'ada', 'grace/hopper', 'zoë'];
const KNOWN: Record<string, readonly string[]> = {
  userId: USERS, refereeId: USERS, assignee: ['ann', 'bob'], appId: ['chat', 'picture'], sourceAppId: ['chat'], currency: ['EUR', 'USD', 'JPY', 'XXX'], unit: ['credits', 'EUR'],
  name: ['hold-release', 'review-lapse', 'no-such-job'],
};

/** Mostly what a schema asks for; `hostile` values are put in their place by the caller. */
export function valueOf(api: ApiDocument, schema: Schema, name = '', depth = 0): Arbitrary<unknown> {
  const resolved = api.resolve(schema);
  const made = bySchema(api, resolved, depth);
  const known = KNOWN[name];
  return known && resolved['type'] === 'string' ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: made }) : made;
}

function bySchema(api: ApiDocument, schema: Schema, depth: number): Arbitrary<unknown> {
  if (depth > 6) return fc.constant(null);
  if ('const' in schema) return fc.constant(schema['const']);
  if (schema['enum']) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const choices = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (choices) return fc.oneof(...choices.map((choice) => valueOf(api, choice, '', depth + 1)));
  switch (schema['type']) {
    case 'string': return stringOf(schema);
    case 'integer': return fc.integer(boundsOf(schema));
    case 'number': return fc.double({ ...boundsOf(schema), noNaN: true });
    case 'boolean': return fc.boolean();
    case 'null': return fc.constant(null);
    case 'array': return fc.array(valueOf(api, (schema['items'] ?? {}) as Schema, '', depth + 1), { maxLength: Math.min(4, Number(schema['maxItems'] ?? 4)) });
    case 'object': return objectOf(api, schema, depth);
    default: return fc.jsonValue({ maxDepth: 2 });
  }
}

function boundsOf(schema: Schema): { min: number; max: number } {
  const min = Math.max(Number(schema['minimum'] ?? -1_000), -(2 ** 31));
  return { min, max: Math.max(min, Math.min(Number(schema['maximum'] ?? 100_000), 2 ** 31 - 1)) };
}

function stringOf(schema: Schema): Arbitrary<string> {
  switch (schema['format']) {
    case 'uuid': return fc.uuid({ version: 7 });
    case 'date-time': return fc.date({ min: new Date('2000-01-01'), max: new Date('2099-01-01'), noInvalidDate: true }).map((date) => date.toISOString());
    // none that anything would be sent to
    case 'uri': return fc.webPath().map((path) => `http://127.0.0.1:9${path}`);
    case 'date': return fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
  }
  const length = { minLength: Number(schema['minLength'] ?? 0), maxLength: Math.min(Number(schema['maxLength'] ?? 40), 40) };
  if (schema['pattern']) {
    try {
      return fc.stringMatching(new RegExp(schema['pattern'] as string)).filter((text) => text.length <= Number(schema['maxLength'] ?? 1_000));
    } catch {
      return fc.string(length); // look-arounds are beyond the generator
    }
  }
  return fc.oneof(fc.string(length), fc.string({ ...length, unit: 'binary' }));
}

function objectOf(api: ApiDocument, schema: Schema, depth: number): Arbitrary<object> {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  if (properties.length === 0) return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
  const values = Object.fromEntries(properties.map(([name, property]) => [name, valueOf(api, property, name, depth + 1)]));
  return fc.record(values, { requiredKeys: (schema['required'] as string[] | undefined) ?? [] });
}

/** What nobody should send: of other types, at the edges, in other languages' code, never ended. */
export const hostile: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null, '', ' ', [], {}, [[]], true, -1, 0, 1.5, -0, 2 ** 53, 2 ** 63, 1e308, -1e308, '1', 'NaN', 'null', '\0', 'a\0b', '\ud800', '\uffff', '\u202e', 'ſ', 'İ', '__proto__',
    'constructor', "' or 1=1 --", "'; drop table codes.code; --", '${7*7}', '{{7*7}}', '../../etc/passwd', '%00', '%2e%2e%2f', '<script>', '\r\nX-Injected: 1', '=cmd()', 'x'.repeat(5_000),
    '𝒳'.repeat(200), '9999-12-31T23:59:59.999Z', '0000-01-01T00:00:00Z', '+275760-09-13T00:00:00.000Z', '2026-02-30T00:00:00Z', { $ne: null }, { toString: 1 }, ['a', 'b'],
  ),
  fc.jsonValue({ maxDepth: 3 }),
);
