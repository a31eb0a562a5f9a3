import type { ApiKey, apiKeys, Input } from '@referrals/contracts';
import { decodeCursor, page, type Database, type Page } from '@referrals/persistence';
import { ApiKeyEntity } from './api-key.entity.js';

/** Keys that can be revoked, the expired ones included, newest first. */
export async function listApiKeys(db: Database, { limit, cursor }: Input<typeof apiKeys.list>): Promise<Page<ApiKey>> {
  const before = decodeCursor(cursor, ['id'])?.[0];
  const where = before === undefined ? {} : { id: { $lt: before } };
  const rows = await db.em().find(ApiKeyEntity, where, { orderBy: { id: 'desc' }, limit: limit + 1 });
  const { data, nextCursor } = page(rows, limit, (row) => [row.id]);
  return {
    data: data.map(({ id, scope, label, createdAt, expiresAt, lastUsedAt, origins }) => ({
      id, scope, label: label ?? null, createdAt: createdAt.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null, lastUsedAt: lastUsedAt?.toISOString() ?? null, origins,
    })),
    nextCursor,
  };
}
