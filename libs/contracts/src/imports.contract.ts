import { z } from 'zod';
import { contract } from './contract.js';
import { CodeType } from './codes.contract.js';
import { AppId, Id, Instant, pageOf, Paging, text, UserId } from './words.js';

const tag = 'Imports';
const MOST_ROWS = 1_000;

/** Columns of a file of history; what an empty field means is that there is nothing. */
export const IMPORT_COLUMNS = [
  'record', 'userId', 'email', 'displayName', 'createdAt', 'isActive', 'isVerified', 'locale', 'code', 'type', 'appId', 'sourceAppId', 'maxUses', 'dailyLimit',
  'expiresAt', 'refereeId', 'referrerId', 'registeredAt', 'activatedAt', 'qualifiedAt', 'retainedAt',
] as const;
export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');
const whole = z.string().regex(/^\d{1,9}$/).transform(Number).pipe(z.int().min(1));
const OldCode = text(256).min(1);

/** What a line may say, by what it is about. Columns that do not belong to it must be empty. */
export const ImportLine = z.discriminatedUnion('record', [
  z.strictObject({
    record: z.literal('user'), userId: UserId, email: text(320).optional(), displayName: text(200).optional(), createdAt: Instant.optional(),
    isActive: flag.optional(), isVerified: flag.optional(), locale: text(35).optional(),
  }),
  z.strictObject({
    record: z.literal('code'), userId: UserId, code: OldCode, type: CodeType.default('custom'), sourceAppId: AppId.optional(), maxUses: whole.optional(),
    dailyLimit: whole.optional(), expiresAt: Instant.optional(), isActive: flag.optional(), createdAt: Instant.optional(),
  }),
  z.strictObject({
    record: z.literal('referral'), refereeId: UserId, referrerId: UserId.optional(), code: OldCode.optional(), sourceAppId: AppId.optional(),
    registeredAt: Instant, activatedAt: Instant.optional(), qualifiedAt: Instant.optional(), retainedAt: Instant.optional(),
  }).refine(({ referrerId, code }) => referrerId !== undefined || code !== undefined, { path: ['referrerId'], message: 'either referrerId or code' }),
]);
export type ImportLine = z.output<typeof ImportLine>;

const count = z.int().min(0);
const ImportId = text(64).regex(/^[\w.-]{1,64}$/).meta({ description: 'the name of the import, the same whenever it is gone on with', examples: ['old-system-1'] });

export const ImportProgress = z.object({
  id: z.string(),
  line: count.meta({ description: 'the last line of the file that was dealt with: go on after it' }),
  users: count,
  codes: count,
  referrals: count,
  unchanged: count.meta({ description: 'referrals that were known already' }),
  refused: count,
  updatedAt: Instant,
}).meta({ id: 'ImportProgress' });
export type ImportProgress = z.output<typeof ImportProgress>;

export const ImportRefusal = z.object({ line: z.int(), reason: z.string().meta({ description: 'a stable word, with the fields that are invalid' }) }).meta({ id: 'ImportRefusal' });

const ImportedCode = z.strictObject({
  /** without one the code is looked up, and not made */
  userId: UserId.optional(),
  /** without one the user's automatic code is meant */
  code: OldCode.optional(),
  type: CodeType.default('custom'),
  sourceAppId: AppId.optional(),
  maxUses: z.int().min(1).optional(),
  dailyLimit: z.int().min(1).optional(),
  expiresAt: Instant.optional(),
  isActive: z.boolean().default(true),
  createdAt: Instant.optional(),
});
export type ImportedCode = z.output<typeof ImportedCode>;

/** History of another system: what is imported pays nothing, is not scored, sets no message off and counts for no limit. */
export const imports = {
  rows: contract('relationships.importRows', 'some lines of a file with users, codes and referrals of another system; sent again, they change nothing', {
    request: z.strictObject({
      importId: ImportId,
      after: count.meta({ description: 'the line up to which the sender knows everything to be done; where that is another one nothing is done, and the answer tells it' }),
      columns: z.array(z.enum(IMPORT_COLUMNS)).min(1).max(IMPORT_COLUMNS.length).meta({ examples: [['refereeId', 'referrerId', 'registeredAt']] }),
      rows: z.array(z.strictObject({ line: z.int().min(1).max(2_000_000_000), values: z.array(text(1_024)).max(IMPORT_COLUMNS.length) })).min(1).max(MOST_ROWS)
        .meta({ examples: [[{ line: 2, values: ['user-42', 'user-7', '2024-03-01T10:00:00Z'] }]] }),
    }),
    reply: ImportProgress,
    http: { method: 'POST', path: '/v1/imports/{importId}/rows', scope: 'admin', tag, bodyBytes: 256 * 1_024, timeoutMs: 8_000 },
  }),
  get: contract('relationships.getImport', 'how far an import is', {
    request: z.strictObject({ importId: ImportId }),
    reply: ImportProgress,
    http: { method: 'GET', path: '/v1/imports/{importId}', scope: 'admin', tag, refusals: ['not_found'] },
  }),
  listRefusals: contract('relationships.listImportRefusals', 'the lines of an import that were refused, in their order', {
    request: z.strictObject({ importId: ImportId, ...Paging }),
    reply: pageOf(ImportRefusal),
    http: { method: 'GET', path: '/v1/imports/{importId}/refusals', scope: 'admin', tag },
  }),
  /** For the relationships room: codes as they were, made where they are missing; answered in order. */
  importCodes: contract('codes.importCodes', 'codes of another system; a text that does not fit becomes an alias', {
    request: z.strictObject({ codes: z.array(ImportedCode).max(MOST_ROWS) }),
    reply: z.object({
      items: z.array(z.union([
        z.object({ codeId: Id, ownerId: z.string(), type: CodeType }),
        z.object({ problem: z.enum(['invalid_format', 'not_found', 'code_taken', 'code_space_exhausted']) }),
      ])),
    }),
  }),
};
