import type { Code } from '@referrals/contracts';
import { defineEntity, p } from '@mikro-orm/postgresql';

/** A code as it is stored, look-alike key included. */
export const CodeEntity = defineEntity({
  name: 'Code',
  tableName: 'code',
  properties: {
    id: p.uuid().primary(),
    userId: p.text(),
    code: p.text(),
    lookupKey: p.text().hidden(),
    type: p.text().$type<Code['type']>(),
    sourceAppId: p.text().nullable(),
    isActive: p.boolean(),
    pausedReason: p.text().nullable(),
    usesCount: p.integer(),
    maxUses: p.integer().nullable(),
    dailyLimit: p.integer().nullable(),
    expiresAt: p.datetime().columnType('timestamptz').nullable(),
    metadata: p.json().columnType('json').$type<NonNullable<Code['metadata']>>().nullable(),
    createdAt: p.datetime().columnType('timestamptz'),
  },
});

/** The same row as the set-based statements return it. */
export interface CodeRow extends Omit<Code, 'expiresAt' | 'createdAt'> {
  expiresAt: Date | null;
  createdAt: Date;
}

export const CODE_COLUMNS = `id, user_id as "userId", code, type, source_app_id as "sourceAppId", is_active as "isActive",
  paused_reason as "pausedReason", uses_count as "usesCount", max_uses as "maxUses", daily_limit as "dailyLimit",
  expires_at as "expiresAt", metadata, created_at as "createdAt"`;

type Nullable = 'sourceAppId' | 'pausedReason' | 'maxUses' | 'dailyLimit' | 'expiresAt' | 'metadata';
/** Both kinds of row: to an entity what is null may also be undefined. */
type AnyCodeRow = Omit<CodeRow, Nullable> & { [Field in Nullable]?: CodeRow[Field] | undefined };

/** A code as callers see it. */
export const codeOf = (row: AnyCodeRow): Code => ({
  id: row.id,
  userId: row.userId,
  code: row.code,
  type: row.type,
  sourceAppId: row.sourceAppId ?? null,
  isActive: row.isActive,
  pausedReason: row.pausedReason ?? null,
  usesCount: row.usesCount,
  maxUses: row.maxUses ?? null,
  dailyLimit: row.dailyLimit ?? null,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  metadata: row.metadata ?? null,
  createdAt: row.createdAt.toISOString(),
});
