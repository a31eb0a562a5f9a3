import { z } from 'zod';
import { contract } from './contract.js';
import { Amount, AppId, Id, Instant, Metadata, pageOf, Paging, Unit, UserId, text } from './words.js';

const tag = 'Codes';
export const CodeType = z.enum(['auto', 'custom', 'campaign']);

export const Code = z.object({
  id: Id,
  userId: z.string(),
  code: z.string(),
  type: CodeType,
  sourceAppId: z.string().nullable(),
  isActive: z.boolean(),
  pausedReason: z.string().nullable(),
  usesCount: z.int(),
  maxUses: z.int().nullable(),
  dailyLimit: z.int().nullable(),
  expiresAt: Instant.nullable(),
  metadata: z.record(z.string(), z.json()).nullable(),
  createdAt: Instant,
}).meta({ id: 'Code' });
export type Code = z.output<typeof Code>;

const limit = z.int().min(1).max(2_147_483_647);

const changeable = {
  maxUses: limit.nullable().optional(),
  dailyLimit: limit.nullable().optional(),
  expiresAt: Instant.nullable().optional(),
  metadata: Metadata.nullable().optional(),
};

const update = z.strictObject({ codeId: Id, isActive: z.boolean().optional(), ...changeable });

/** A code as registration needs it, or why there is none. */
export const ResolvedCode = z.union([
  z.object({ problem: z.enum(['invalid_format', 'invalid_token', 'not_found']) }),
  z.object({
    codeId: Id,
    ownerId: z.string(),
    type: CodeType,
    isActive: z.boolean(),
    expiresAt: Instant.nullable(),
    maxUses: z.int().nullable(),
    dailyLimit: z.int().nullable(),
  }),
]);
export type ResolvedCode = z.output<typeof ResolvedCode>;

export const codes = {
  issue: contract('codes.issue', "the user's auto code, made at the first request", {
    group: 256,
    request: z.strictObject({ userId: UserId }),
    reply: Code,
    http: { method: 'GET', path: '/v1/users/{userId}/code', scope: 'service', tag, refusals: ['code_space_exhausted'] },
  }),
  list: contract('codes.list', "a user's codes, newest first", {
    request: z.strictObject({ userId: UserId, ...Paging }),
    reply: pageOf(Code),
    http: { method: 'GET', path: '/v1/users/{userId}/codes', scope: 'service', tag },
  }),
  search: contract('codes.search', 'the code that a text leads to, or all codes of a kind, newest first', {
    request: z.strictObject({ code: text(256).optional(), type: z.enum(['custom', 'campaign']).optional().meta({ description: 'campaign unless given' }), ...Paging }),
    reply: pageOf(Code),
    http: { method: 'GET', path: '/v1/codes', scope: 'admin', tag },
  }),
  create: contract('codes.create', 'a code of the user’s own choice, or an operator’s campaign code', {
    request: z.strictObject({
      userId: UserId,
      type: z.enum(['custom', 'campaign']),
      code: text(256).meta({ examples: ['SUMMER-26'] }),
      sourceAppId: AppId.optional(),
      ...changeable,
    }),
    reply: Code,
    http: {
      method: 'POST', path: '/v1/codes', scope: 'service', status: 201, tag,
      refusals: ['code_taken', 'invalid_format', 'reserved', 'rate_limited'],
    },
  }),
  update: contract('codes.update', 'changes, deactivates or activates a code', {
    /** `exceptCampaigns`: the asker may change users' codes alone, and is `forbidden` to change an operator's */
    request: update.extend({ exceptCampaigns: z.boolean().optional() }),
    reply: Code,
    http: { method: 'PATCH', path: '/v1/codes/{codeId}', scope: 'service', tag, refusals: ['not_found'], request: update },
  }),
  validate: contract('codes.validate', 'can somebody sign up with this code, and what would they get', {
    group: 128,
    request: z.strictObject({ code: text(256), clientIp: text(64).optional() }),
    reply: z.object({
      valid: z.boolean(),
      reason: z.enum(['invalid_format', 'not_found', 'inactive', 'expired', 'exhausted']).optional(),
      code: z.string().optional(),
      type: CodeType.optional(),
      referrerName: z.string().nullable().optional(),
      refereeBonus: z.object({ unit: Unit, amount: Amount }).optional(),
    }),
    http: { method: 'POST', path: '/v1/codes/validate', scope: 'publishable', notIdempotent: true, tag, refusals: ['rate_limited'] },
  }),
  issueToken: contract('codes.issueToken', 'a signed token that carries a code through a sign-up with several hops', {
    request: z.strictObject({ code: text(256) }),
    reply: z.object({ token: z.string(), expiresAt: Instant }),
    http: {
      method: 'POST', path: '/v1/attribution-tokens', scope: 'service', status: 201, notIdempotent: true, tag,
      refusals: ['invalid_format', 'not_found'],
    },
  }),
  /** For links: a token for the click, counted where a person clicked. */
  click: contract('codes.click', 'somebody followed a link with a code', {
    group: 256,
    request: z.strictObject({ code: text(256), counts: z.boolean() }),
    reply: z.object({ token: z.string(), expiresAt: Instant }),
  }),
  /** For the relationships room: a whole batch in one question, answered in its order. */
  resolve: contract('codes.resolve', 'what codes and attribution tokens lead to', {
    request: z.strictObject({
      items: z.array(z.union([z.strictObject({ code: text(256) }), z.strictObject({ attributionToken: text(1_024) })])).max(1_000),
    }),
    reply: z.object({ items: z.array(ResolvedCode) }),
  }),
  /** For imports: codes of an older system that do not fit, found by their exact text before anything else. */
  addAliases: contract('codes.addAliases', 'further texts that lead to codes; answered in order', {
    request: z.strictObject({ aliases: z.array(z.strictObject({ text: text(256).min(1), codeId: Id })).max(1_000) }),
    reply: z.object({ items: z.array(z.object({ outcome: z.enum(['added', 'code_taken', 'not_found']) })) }),
  }),
};
