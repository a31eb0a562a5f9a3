import { z } from 'zod';
import { contract } from './contract.js';
import { AuditEntry, DeadLetter, LoggedEvent } from './plumbing.contract.js';
import { Id, Instant, pageOf, Paging, text } from './words.js';

/** The gateway answers these itself: their subjects name them, and nobody listens on them. */

export const KeyScope = z.enum(['admin', 'service', 'publishable']);
export type KeyScope = z.output<typeof KeyScope>;

const Origin = text(300).refine((value) => URL.canParse(value) && /^https?:/.test(value) && new URL(value).origin === value, 'not an origin');

export const ApiKey = z.object({
  id: Id,
  scope: KeyScope,
  label: z.string().nullable(),
  createdAt: Instant,
  expiresAt: Instant.nullable(),
  lastUsedAt: Instant.nullable().meta({ description: 'to the minute' }),
  origins: z.array(z.string()),
}).meta({ id: 'ApiKey' });
export type ApiKey = z.output<typeof ApiKey>;

export const NewApiKey = z.object({
  id: Id,
  key: z.string().nullable().meta({ description: 'the key itself, shown this once; null in a replayed answer' }),
  scope: KeyScope,
  label: z.string().nullable(),
  expiresAt: Instant.nullable(),
}).meta({ id: 'NewApiKey' });
export type NewApiKey = z.output<typeof NewApiKey>;

const keyTag = 'API keys';
export const apiKeys = {
  list: contract('gateway.listApiKeys', 'the live API keys, newest first', {
    request: z.strictObject({ ...Paging }),
    reply: pageOf(ApiKey),
    http: { method: 'GET', path: '/v1/api-keys', scope: 'admin', tag: keyTag },
  }),
  create: contract('gateway.createApiKey', 'a new API key', {
    request: z.strictObject({
      scope: KeyScope,
      label: text(100).optional().meta({ examples: ['billing backend'] }),
      expiresAt: Instant.optional(),
      origins: z.array(Origin).max(20).optional().meta({ description: 'of a publishable key: the pages that may use it in a browser', examples: [['https://app.example.com']] }),
    }).refine(({ scope, origins }) => !origins?.length || scope === 'publishable', { path: ['origins'], message: 'of publishable keys alone' }),
    reply: NewApiKey,
    http: { method: 'POST', path: '/v1/api-keys', scope: 'admin', status: 201, tag: keyTag },
  }),
  rotate: contract('gateway.rotateApiKey', 'a new key with the rights and the end of another, which goes on for a while and ends then', {
    request: z.strictObject({
      id: Id,
      overlapSeconds: z.int().min(0).max(30 * 86_400).default(86_400).meta({ description: 'how long the old key goes on', examples: [3_600] }),
    }),
    reply: NewApiKey,
    http: { method: 'POST', path: '/v1/api-keys/{id}/rotate', scope: 'admin', status: 201, tag: keyTag, refusals: ['not_found'] },
  }),
  revoke: contract('gateway.revokeApiKey', 'ends an API key for good', {
    request: z.strictObject({ id: Id }),
    reply: z.null(),
    http: { method: 'DELETE', path: '/v1/api-keys/{id}', scope: 'admin', status: 204, tag: keyTag, refusals: ['not_found'] },
  }),
};

export const links = {
  /** Links are shared and decorated by others, so fields that nobody knows are no fault here. */
  follow: contract('gateway.followLink', 'leads to the app with an attribution token in `ref` and in a cookie, and counts the click', {
    request: z.object({ code: text(256), to: text(2_048).optional().meta({ description: 'of an allow-listed origin; the landing page without' }) }),
    reply: z.object({ location: z.string(), cookie: z.string().nullable() }),
    http: { method: 'GET', path: '/r/{code}', scope: 'open', status: 302, tag: 'Links', refusals: ['rate_limited'] },
  }),
};

const qr = (type: 'svg' | 'png', contentType: string) => contract(`gateway.qrCode.${type}`, `the link of a code to scan, as ${type.toUpperCase()}`, {
  request: z.strictObject({ code: text(64).regex(/^[\w-]+$/) }),
  reply: z.unknown(),
  http: { method: 'GET', path: `/r/{code}/qr.${type}`, scope: 'open', tag: 'Links', contentType, refusals: ['rate_limited'] },
});
export const qrCodes = { svg: qr('svg', 'image/svg+xml'), png: qr('png', 'image/png') };

export const deadLetters = {
  list: contract('gateway.listDeadLetters', 'messages of all rooms that failed again and again, newest first', {
    request: z.strictObject({ ...Paging }),
    reply: pageOf(DeadLetter),
    http: { method: 'GET', path: '/v1/dead-letters', scope: 'admin', tag: 'Operations' },
  }),
  redrive: contract('gateway.redriveDeadLetter', 'tries a dead letter once more, in every room that has it', {
    request: z.strictObject({ id: Id }),
    reply: z.object({ outcome: z.enum(['applied', 'failed']), error: z.string().nullable() }),
    http: { method: 'POST', path: '/v1/dead-letters/{id}/redrive', scope: 'admin', tag: 'Operations', refusals: ['not_found'] },
  }),
};

export const audit = {
  list: contract('gateway.listAudit', 'what operators did: who, what, before and after; newest first', {
    request: z.strictObject({ ...Paging }),
    reply: pageOf(AuditEntry),
    http: { method: 'GET', path: '/v1/audit', scope: 'admin', tag: 'Operations' },
  }),
};

export const eventLog = {
  list: contract('gateway.listEvents', 'what the rooms told each other and the host, newest first', {
    request: z.strictObject({ ...Paging }),
    reply: pageOf(LoggedEvent),
    http: { method: 'GET', path: '/v1/events', scope: 'admin', tag: 'Operations' },
  }),
};

export const operations = {
  live: contract('gateway.live', 'the process runs', {
    request: z.strictObject({}),
    reply: z.object({ status: z.literal('ok') }),
    http: { method: 'GET', path: '/health/live', scope: 'open', tag: 'Operations' },
  }),
  ready: contract('gateway.ready', 'every room and the database answer, and what only fraud may read can be sealed', {
    request: z.strictObject({}),
    reply: z.object({ status: z.literal('ready'), checks: z.record(z.string(), z.literal('ok')) }),
    http: { method: 'GET', path: '/health/ready', scope: 'open', tag: 'Operations' },
  }),
  openapi: contract('gateway.openapi', 'this description of the API', {
    request: z.strictObject({}),
    reply: z.record(z.string(), z.json()),
    http: { method: 'GET', path: '/openapi.json', scope: 'open', tag: 'Operations' },
  }),
  docs: contract('gateway.docs', 'this description of the API, as a page', {
    request: z.strictObject({}),
    reply: z.string(),
    http: { method: 'GET', path: '/docs', scope: 'open', tag: 'Operations', contentType: 'text/html; charset=utf-8' },
  }),
  metrics: contract('gateway.metrics', 'measurements in the Prometheus text format', {
    request: z.strictObject({}),
    reply: z.string(),
    http: { method: 'GET', path: '/metrics', scope: 'admin', tag: 'Operations', contentType: 'text/plain; version=0.0.4; charset=utf-8' },
  }),
};
