import type { fraud, FraudPattern, Input } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';
import { AUDIT } from './audit.js';
import { applyMatcher } from './match-patterns.js';
import { PATTERN_COLUMNS, patternOf, type PatternRow } from './pattern-row.js';
import { patternValue } from './pattern-value.js';
import type { SealedContexts } from './sealed-contexts.js';

const SAVE = `insert into pattern (id, pattern_type, pattern_value, network, severity, score_impact, description, is_active, created_by, created_at, updated_at)
  values ($1, $2::text, $3::text, case when $2::text = 'ip_range' then ($3::text)::cidr end, $4, $5, $6, $7, $8, $9, $9)
  on conflict (id) do update set pattern_type = excluded.pattern_type, pattern_value = excluded.pattern_value, network = excluded.network,
    severity = excluded.severity, score_impact = excluded.score_impact, description = excluded.description, is_active = excluded.is_active,
    updated_at = excluded.updated_at
  returning ${PATTERN_COLUMNS}`;
const LOCK = `select ${PATTERN_COLUMNS} from pattern where id = $1 for update`;

async function save(tx: Transaction, pattern: Omit<FraudPattern, 'createdAt' | 'updatedAt'>, actor: string): Promise<FraudPattern> {
  const { id, patternType, patternValue: value, severity, scoreImpact, description, isActive } = pattern;
  const [row] = await tx.rows<PatternRow>(SAVE, [id, patternType, value, severity, scoreImpact, description, isActive, actor, tx.now]);
  return patternOf(row!);
}

export async function createPattern(
  tx: Transaction, request: Input<typeof fraud.createPattern>, contexts: SealedContexts, actor: string,
): Promise<Outcome<FraudPattern>> {
  const value = patternValue(request.patternType, request.patternValue);
  if (value instanceof Refusal) return value;
  const pattern = await save(tx, { ...request, id: uuidv7(), patternValue: value, description: request.description ?? null }, actor);
  await tx.rows(AUDIT, [uuidv7(), actor, 'fraud_pattern.created', pattern.id, null, JSON.stringify(pattern), tx.now]);
  await applyMatcher(tx, contexts, pattern.id, { before: null, after: pattern });
  return pattern;
}

export async function updatePattern(
  tx: Transaction, { id, ...changes }: Input<typeof fraud.updatePattern>, contexts: SealedContexts, actor: string,
): Promise<Outcome<FraudPattern>> {
  const [row] = await tx.rows<PatternRow>(LOCK, [id]);
  if (!row) return new Refusal('not_found');
  const before = patternOf(row);
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const wanted: FraudPattern = { ...before, ...given };
  const value = patternValue(wanted.patternType, wanted.patternValue);
  if (value instanceof Refusal) return value;
  const after = await save(tx, { ...wanted, patternValue: value }, actor);
  await tx.rows(AUDIT, [uuidv7(), actor, 'fraud_pattern.changed', id, JSON.stringify(before), JSON.stringify(after), tx.now]);
  await applyMatcher(tx, contexts, id, { before, after });
  return after;
}

export async function deletePattern(tx: Transaction, id: string, contexts: SealedContexts, actor: string): Promise<Outcome<Record<string, never>>> {
  const [row] = await tx.rows<PatternRow>(LOCK, [id]);
  if (!row) return new Refusal('not_found');
  await tx.rows('delete from pattern where id = $1', [id]);
  await tx.rows(AUDIT, [uuidv7(), actor, 'fraud_pattern.deleted', id, JSON.stringify(patternOf(row)), null, tx.now]);
  await applyMatcher(tx, contexts, id, { before: patternOf(row), after: null });
  return {};
}
