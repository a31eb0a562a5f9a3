import { compareText, grantTrigger, paidTransition, type PaidTransition, type Party, type Transfer } from '@referrals/domain';
import { newId, type Transaction } from '@referrals/persistence';
import { beginAccess, type PayingReferral } from './access.queries.js';
import type { ReferrerState } from './booking.queries.js';
import { UNSETTLED, type BonusRow } from './bonus-row.js';
import { decideBonus, type BonusMoney } from './decide-bonus.js';
import { claim } from './grant-bonuses.js';
import { Journal } from './ledger.js';
import { isHistory } from './note-imports.js';
import { tellBonus } from './tell-bonus.js';
import { writeBooks } from './write-books.js';

/** What an erased party's id is replaced by. */
const ERASED = /^erased:[0-9a-f-]{36}$/;

/**
 * Books the days of access of both parties at a referee's first paid transition, once per referral. Called by whatever may complete one:
 * a payment, a subscription, a registration that was waited for. The days themselves follow by trigger from a bonus that is paid.
 * @param referees users who may have come to it; others are passed over
 */
export async function grantDays(tx: Transaction, referees: readonly string[]): Promise<BonusRow[]> {
  if (referees.length === 0 || !tx.programme.families.accessDays) return [];
  const facts = await beginAccess(tx, [...new Set(referees)]);
  if (!facts) return [];
  const referrers = new Map(facts.referrers.map((referrer) => [referrer.userId, referrer]));
  const journal = new Journal(facts.accounts, tx.now);
  const bonuses = facts.referrals.flatMap((referral) => {
    const transition = isHistory(referral) ? null : transitionOf(referral);
    return transition ? partiesOf(referral).map((party) => book(tx, referral, party, transition, referrers)) : [];
  }).sort((a, b) => compareText(a.user_id, b.user_id));
  const referrals = new Map(facts.referrals.map((referral) => [referral.id, referral]));
  for (const bonus of bonuses) {
    const referral = referrals.get(bonus.referral_id)!;
    const money = { payment: paymentOf(bonus, referral), balances: journal.balancesOf(bonus.user_id, bonus.unit) };
    journal.book(bonus, decideBonus(bonus, referral, tx.programme, tx.now, money).map(asAccess));
    tellBonus(tx, bonus);
  }
  const touched = new Set(bonuses.filter(({ party }) => party === 'referrer').map(({ user_id: userId }) => userId));
  const changed = [...touched].map((userId) => referrers.get(userId)!);
  await writeBooks(tx, { bonuses, transfers: journal.rows, referrers: changed });
  return bonuses;
}

function transitionOf({ registeredAt, payments, activeSince, revoked }: PayingReferral): PaidTransition | null {
  return paidTransition({
    registeredAt: new Date(registeredAt),
    payments: (payments ?? []).map((payment) => ({ ...payment, occurredAt: new Date(payment.occurredAt), revoked: payment.isRevoked || (revoked?.includes(payment.id) ?? false) })),
    activeSince: (activeSince ?? []).map((at) => new Date(at)),
  });
}

function paymentOf(bonus: BonusRow, { payments }: PayingReferral): BonusMoney['payment'] {
  const payment = payments?.find(({ id }) => id === bonus.payment_id);
  return payment ? { ...payment, at_stake: payment.atStake, is_revoked: payment.isRevoked } : null;
}

/** A referrer who is gone earns nothing; the referee still does. */
const partiesOf = ({ referrerId }: PayingReferral): Party[] => (ERASED.test(referrerId) ? ['referee'] : ['referrer', 'referee']);

const asAccess = (transfer: Transfer): Transfer => (transfer.reason === 'bonus' ? { ...transfer, reason: 'access_granted' } : transfer);

function book(tx: Transaction, referral: PayingReferral, party: Party, { at, paymentId }: PaidTransition, referrers: Map<string, ReferrerState>): BonusRow {
  const { days } = tx.programme.access;
  const isReferrer = party === 'referrer';
  return {
    ...UNSETTLED, ledger_entry_ids: [], id: newId(), referral_id: referral.id, user_id: isReferrer ? referral.referrerId : referral.refereeId,
    party, family: 'access', event: 'access', trigger: grantTrigger('access', paymentId), payment_id: paymentId, app_id: null,
    unit: 'access_days', base: days, multiplier: 10_000, amount: days, tier: null, level: null, qualified_count: null,
    programme_version: tx.programme.version, triggered_at: at.toISOString(),
    claim_at: isReferrer ? claim(tx, referrers.get(referral.referrerId)!) : null, created_at: tx.now.toISOString(),
  };
}
