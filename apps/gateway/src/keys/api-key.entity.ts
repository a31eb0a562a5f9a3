import { defineEntity, type InferEntity } from '@mikro-orm/core';

const p = defineEntity.properties;

/** A key's row: of its secret there is only the hash. */
export const ApiKeyEntity = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    id: p.uuid().primary(),
    secretHash: p.blob().hidden().lazy(),
    scope: p.enum(['admin', 'service', 'publishable'] as const),
    label: p.text().nullable(),
    createdAt: p.datetime(),
    expiresAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
    origins: p.string().array(),
  },
});

export type ApiKeyRow = InferEntity<typeof ApiKeyEntity>;
