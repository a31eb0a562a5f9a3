import type { FraudPattern, SharedNetwork } from '@referrals/contracts';

export interface PatternRow extends Omit<FraudPattern, 'createdAt' | 'updatedAt'> {
  createdAt: Date;
  updatedAt: Date;
}

export const PATTERN_COLUMNS = `id, pattern_type as "patternType", pattern_value as "patternValue", severity, score_impact as "scoreImpact", description,
  is_active as "isActive", created_at as "createdAt", updated_at as "updatedAt"`;

export const patternOf = (row: PatternRow): FraudPattern => ({
  id: row.id, patternType: row.patternType, patternValue: row.patternValue, severity: row.severity, scoreImpact: row.scoreImpact,
  description: row.description, isActive: row.isActive, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString(),
});

export interface SharedNetworkRow extends Omit<SharedNetwork, 'createdAt'> {
  createdAt: Date;
}

export const SHARED_NETWORK_COLUMNS = 'id, network::text as network, description, created_at as "createdAt"';

export const sharedNetworkOf = ({ id, network, description, createdAt }: SharedNetworkRow): SharedNetwork =>
  ({ id, network, description, createdAt: createdAt.toISOString() });
