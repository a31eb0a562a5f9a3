import { takeBack, takeBackAll, takeBackDays, voidHeld, type AccessGrant } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import type { BonusRow } from './bonus-row.js';
import { loadDayAccounts, postDays } from './day-accounts.js';
import { knownOf, tellBonus, type TakeBackReason } from './tell-bonus.js';
import { writeBooks } from './write-books.js';

interface GrantRow {
  id: string;
  bonus_id: string | null;
  valid_from: Date;
  valid_until: Date;
}

const GRANTS = 'select id, bonus_id, valid_from, valid_until from access_grant where user_id = $1 order by valid_from, valid_until, id';
const WRITE = `update access_grant g set valid_from = t.from, valid_until = t.until
  from json_to_recordset($1::json) as t(id uuid, "from" timestamptz, until timestamptz) where g.id = t.id`;

async function grantsOf(tx: Transaction, userId: string): Promise<{ rows: GrantRow[]; grants: AccessGrant[] }> {
  await tx.rows('select lock_access($1)', [userId]);
  const rows = await tx.rows<GrantRow>(GRANTS, [userId]);
  return { rows, grants: rows.map(({ id, valid_from: from, valid_until: until }) => ({ id, from, until })) };
}

/** Ends all granted access of a user. @returns whole days taken back */
export async function takeBackAllDays(tx: Transaction, userId: string): Promise<number> {
  const { grants } = await grantsOf(tx, userId);
  const ended = takeBackAll(grants, tx.now);
  await tx.rows(WRITE, [JSON.stringify(ended.grants)]);
  const days = [...ended.days.values()].reduce((sum, taken) => sum + taken, 0);
  if (days > 0) {
    const accounts = await loadDayAccounts(tx, userId);
    await postDays(tx, accounts, takeBackDays(accounts.balances, days), `access:${userId}`);
  }
  return days;
}

/** A payment's days: booked for it, or for the subscription whose first purchase or renewal it is. */
const BONUSES = `select to_json(b) as bonus from bonus b join referral r on r.id = b.referral_id
  where b.family = 'access' and b.status in ('paid', 'held', 'pending') and r.id = $1 and ($2::text is null or b.payment_id = $2
    or b.payment_id is null and $2 = (select p.id from payment p where p.user_id = r.referee_id and p.status = 'settled' and p.kind <> 'topup'
      and p.occurred_at >= r.registered_at order by p.occurred_at, p.id collate "C" limit 1))
  order by b.user_id collate "C", b.id for no key update of b`;

/** Whose days go back, and how far. */
export interface TakenBackAccess {
  referralId: string;
  /** The payment that went back; null: whatever the days came with. */
  paymentId: string | null;
  /**
   * `cut`: the bonuses stay paid and nothing is granted again; `revoke`: they are clawed back, and the next paid transition grants anew;
   * `reject`: what waited is rejected, what was paid clawed back, for good
   */
  how: 'cut' | 'revoke' | 'reject';
  reason: TakeBackReason;
}

/** Takes back what is left of referrals' days, both parties', and tells of it. */
export async function takeBackAccess(tx: Transaction, list: readonly TakenBackAccess[]): Promise<void> {
  for (const one of list) {
    const changed: BonusRow[] = [];
    for (const { bonus } of await tx.rows<{ bonus: BonusRow }>(BONUSES, [one.referralId, one.paymentId])) {
      const before = knownOf(bonus);
      Object.assign(bonus, await takeBackBonus(tx, bonus, one));
      tellBonus(tx, bonus, before, one.reason, one.reason);
      changed.push(bonus);
    }
    await writeBooks(tx, { bonuses: changed });
  }
}

/** @returns what becomes of the bonus; of days that were running, `taken_back` is what was left of them */
async function takeBackBonus(tx: Transaction, bonus: BonusRow, { paymentId, how }: TakenBackAccess): Promise<Partial<BonusRow>> {
  const { rows, grants } = await grantsOf(tx, bonus.user_id);
  const accounts = await loadDayAccounts(tx, bonus.user_id);
  if (bonus.status !== 'paid') {
    await postDays(tx, accounts, voidHeld(accounts.balances, 'access_days', bonus.amount), bonus.id, bonus.id);
    const over = { hold_reason: null, hold_until: null, held: 0, payment_id: bonus.payment_id ?? paymentId };
    return how === 'revoke' ? { ...over, status: 'clawed_back', taken_back: bonus.amount } : { ...over, status: 'rejected', decision: 'reject' };
  }
  const grantId = rows.find((row) => row.bonus_id === bonus.id)?.id ?? '';
  const taken = takeBack(grants, grantId, tx.now);
  await tx.rows(WRITE, [JSON.stringify(taken.grants)]);
  await postDays(tx, accounts, takeBackDays(accounts.balances, taken.days), grantId, bonus.id);
  const back = { taken_back: bonus.taken_back + taken.days };
  return how === 'cut' ? back : { ...back, status: 'clawed_back', held: 0, payment_id: bonus.payment_id ?? paymentId };
}
