import { events, type ImportLine } from '@referrals/contracts';
import { DAY, decideImports, importedStages, shift, type CodeType, type ImportedReferral, type ImportOutcome } from '@referrals/domain';
import { newId, type Transaction } from '@referrals/persistence';
import { advanceFromHistory } from './advance-stages.js';
import { prepareImport, writeImport, type ImportedRow } from './import-referrals.queries.js';

export interface ReferralLine {
  line: number;
  is: Extract<ImportLine, { record: 'referral' }>;
  code: { codeId: string; ownerId: string; type: CodeType };
}

/** So many travel in one event: it stays far below what the broker takes. */
const PER_EVENT = 100;

/** Makes another system's referrals, with the stages they had there; tells of them in lists, and of nothing that pays. @returns the outcomes, in order */
export async function importReferrals(tx: Transaction, importId: string, lines: readonly ReferralLine[]): Promise<ImportOutcome[]> {
  const list = lines.map(({ is, code }): ImportedReferral => ({
    refereeId: is.refereeId, referrerId: code.ownerId, registeredAt: new Date(is.registeredAt),
    activatedAt: instant(is.activatedAt), qualifiedAt: instant(is.qualifiedAt), retainedAt: instant(is.retainedAt),
  }));
  const { referrers, withFacts } = await prepareImport(tx, list);
  const { futureToleranceMinutes } = tx.programme.stages;
  const outcomes = decideImports(list, { now: tx.now, futureToleranceMinutes, referrerOf: (user) => referrers.get(user) });
  const made = list.flatMap((referral, n) => (outcomes[n] === 'imported' ? [rowOf(tx, referral, lines[n]!)] : []));
  for (let n = 0; n < made.length; n += PER_EVENT) tellImported(tx, importId, lines[0]!.line + n, made.slice(n, n + PER_EVENT));
  if (made.length > 0) await writeImport(tx, made);
  const known = made.filter((row) => withFacts.has(row.referee_id)).map((row) => row.referee_id);
  if (known.length > 0) await advanceFromHistory(tx, known);
  return outcomes;
}

const instant = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text));
const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** It arrived before every window that counts registrations. */
const arrival = (tx: Transaction, registeredAt: Date): Date => new Date(Math.min(registeredAt.getTime(), shift(tx.now, -DAY).getTime()));

function rowOf(tx: Transaction, referral: ImportedReferral, { is, code }: ReferralLine): ImportedRow {
  const { refereeId, referrerId, registeredAt, qualifiedAt, retainedAt } = referral;
  const { stage, activatedAt } = importedStages(referral);
  return {
    id: newId(), referrer_id: referrerId, referee_id: refereeId, code_id: code.codeId, code_type: code.type, source_app_id: is.sourceAppId ?? null, stage,
    registered_at: registeredAt.toISOString(), arrived_at: arrival(tx, registeredAt).toISOString(), activated_at: iso(activatedAt),
    qualified_at: iso(qualifiedAt), retained_at: iso(retainedAt),
  };
}

function tellImported(tx: Transaction, importId: string, sequence: number, rows: readonly ImportedRow[]): void {
  const referrals = rows.map((row) => ({
    referralId: row.id, referrerId: row.referrer_id, refereeId: row.referee_id, codeId: row.code_id, sourceAppId: row.source_app_id,
    registeredAt: row.registered_at, activatedAt: row.activated_at, qualifiedAt: row.qualified_at, retainedAt: row.retained_at,
  }));
  tx.emit(events.referralsImported, { aggregateId: importId, sequence, occurredAt: tx.now, data: { referrals } });
}
