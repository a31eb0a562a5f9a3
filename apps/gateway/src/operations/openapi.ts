import { ROUTES, type HttpRoute, type RoutedContract } from '@referrals/contracts';
import { REFUSALS, type RefusalCode } from '@referrals/domain';
import { paramsOf, takesBody } from '../http/request-input.js';
import { TAGS } from './openapi-tags.js';
import { schemaCollector, type JsonSchema, type SchemaCollector } from './openapi-schemas.js';

let made: object | undefined;

/** The whole API as OpenAPI 3.1, made from the contracts: nothing is described twice. */
export const openapi = (): object => (made ??= describe(ROUTES));

export function describe(routes: RoutedContract[]): object {
  const schemas = schemaCollector();
  const paths: Record<string, Record<string, object>> = {};
  for (const contract of routes) (paths[contract.http.path] ??= {})[contract.http.method.toLowerCase()] = operation(contract, schemas);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Referrals',
      version: '1',
      description: 'Codes, referrals, bonuses and their ledger. Amounts are integers, times ISO 8601 in UTC, ids of ours UUIDv7.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    tags: [...new Set(routes.map(({ http }) => http.tag))].map((name) => ({ name, description: TAGS[name] })),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'an API key' }, user: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: "a token of the host; `sub` is the user's id" } },
      schemas: { ...schemas.all(), Problem: PROBLEM },
    },
  };
}

function operation({ subject, summary, http, request, reply }: RoutedContract, schemas: SchemaCollector): object {
  const input = schemas.input(http.request ?? request);
  const params = paramsOf(http.path);
  const fields = Object.entries(input.properties ?? {}).filter(([name]) => !params.includes(name));
  const hasBody = takesBody(http.method) && fields.length > 0;
  const required = new Set(input.required);
  const parameters = [
    ...params.map((name) => ({ name, in: 'path', required: true, schema: input.properties![name] })),
    ...(takesBody(http.method) ? [] : fields.map(([name, schema]) => ({ name, in: 'query', required: required.has(name), schema }))),
    ...(isKeyed(http) ? [IDEMPOTENCY_KEY] : []),
  ];
  const body: JsonSchema = { ...input, properties: Object.fromEntries(fields), required: fields.map(([name]) => name).filter((name) => required.has(name)) };
  return {
    operationId: subject,
    summary,
    tags: [http.tag],
    'x-scope': http.scope,
    ...(http.scope === 'user' && { security: [{ user: [] }] }),
    ...(http.scope === 'open' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(hasBody && { requestBody: { required: body.required!.length > 0, content: { 'application/json': { schema: body } } } }),
    responses: { ...successes(http, schemas.output(reply)), ...problems(http, hasBody) },
  };
}

const isKeyed = (http: HttpRoute): boolean => http.method === 'POST' && !http.notIdempotent;

function successes(http: HttpRoute, schema: JsonSchema): object {
  const statuses = http.statuses ?? [typeof http.status === 'number' ? http.status : 200];
  const content = { [http.contentType ?? 'application/json']: { schema } };
  return Object.fromEntries(
    statuses.map((status) => [String(status), { description: 'success', headers: { 'X-Request-Id': REQUEST_ID }, ...(![204, 302].includes(status) && { content }) }]),
  );
}

/** The problems of a route: those that its contract names, and those that its shape brings with it. */
function problems(http: HttpRoute, hasBody: boolean): object {
  const codes: RefusalCode[] = [...(http.refusals ?? []), 'internal', 'unavailable', 'invalid_request'];
  if (http.scope !== 'open') codes.push('unauthenticated', 'forbidden', 'rate_limited');
  if (paramsOf(http.path).length > 0) codes.push('not_found'); // a parameter that is too long to be one
  if (hasBody) codes.push('invalid_json', 'too_large', 'unsupported_media_type');
  if (isKeyed(http)) codes.push('idempotency_key_reused', 'idempotency_in_progress');
  const byStatus = Map.groupBy(new Set(codes), (code) => REFUSALS[code]);
  const answers = [...byStatus].sort(([a], [b]) => a - b).map(([status, words]) => [String(status), problem(words)]);
  return Object.fromEntries(answers) as object;
}

const problem = (codes: RefusalCode[]): object => ({
  description: codes.join(', '),
  headers: { 'X-Request-Id': REQUEST_ID },
  content: {
    'application/problem+json': { schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }] } },
  },
});

const REQUEST_ID = { schema: { type: 'string' }, description: 'the one given, or a new one' };

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'the same key and body within 24 h get the stored answer, with `Idempotent-Replayed: true`',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[ -~]+$' },
};

const PROBLEM: JsonSchema = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'one stable word' },
    detail: { type: 'string' },
    instance: { type: 'string', description: "the request's id" },
    errors: {
      type: 'array',
      items: { type: 'object', required: ['path', 'message'], properties: { path: { type: 'string' }, message: { type: 'string' } } },
    },
  },
};
