import type { EventData, events } from '@referrals/contracts';
import type { Transaction } from '@referrals/persistence';
import type { Facts } from './facts.js';
import { projectFacts } from './project-facts.js';

type Imported = EventData<typeof events.referralsImported>['referrals'][number];

/** Another system's referrals, each stage on its own day; the qualification stands for a first payment of which nobody knows more. */
export async function projectHistory(tx: Transaction, referrals: Imported[]): Promise<void> {
  const column = (name: keyof Imported) => referrals.map((referral) => referral[name]);
  const [row] = await tx.rows<{ known: string[] }>('select insights.project_history($1, $2, $3, $4, $5, $6, $7, $8) as known', [
    column('referralId'), column('referrerId'), column('refereeId'), column('sourceAppId'), column('registeredAt'), column('activatedAt'), column('qualifiedAt'),
    column('retainedAt'),
  ]);
  const known = new Set(row!.known);
  if (known.size > 0) await projectFacts(tx, factsOfHistory(referrals.filter(({ referralId }) => known.has(referralId))));
}

/** Of referrals of which something else was told first. */
function factsOfHistory(referrals: Imported[]): Facts {
  const stages = referrals.flatMap(({ referralId, registeredAt, activatedAt, qualifiedAt, retainedAt }) => [
    { referralId, stage: 'registered' as const, trigger: '', at: registeredAt, sequence: 0 },
    ...(activatedAt ? [{ referralId, stage: 'activated' as const, trigger: '', at: activatedAt, sequence: 0 }] : []),
    ...(qualifiedAt ? [{ referralId, stage: 'qualified' as const, trigger: `imported:${referralId}`, at: qualifiedAt, sequence: 0 }] : []),
    ...(retainedAt ? [{ referralId, stage: 'retained' as const, trigger: `imported:${referralId}`, at: retainedAt, sequence: 0 }] : []),
  ]);
  return { referrals: referrals.map(({ referralId: id, ...rest }) => ({ id, ...rest })), stages, bonuses: [] };
}
