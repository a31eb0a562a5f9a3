import type { Input, Reply, rewards } from '@referrals/contracts';
import { isRedeemable, redeem as spend, Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { Journal, type Account } from './ledger.js';

export type RedemptionRequest = Input<typeof rewards.redeem>;
export type RedemptionReply = Reply<typeof rewards.redeem>;

interface RedemptionRow {
  id: string;
  user_id: string;
  unit: string;
  amount: number;
  reason: string | null;
  created_at: string;
}

const WRITE = `with
  spent as (insert into redemption select * from json_populate_recordset(null::redemption, $2::json))
  insert into transfer select * from json_populate_recordset(null::transfer, $3::json)`;

/** Spends balances, each redemption once by the host's id; one that the balance does not cover changes nothing. */
export async function redeem(tx: Transaction, requests: readonly RedemptionRequest[]): Promise<Outcome<RedemptionReply>[]> {
  const [row] = await tx.rows<{ facts: { accounts: Account[] | null; known: RedemptionRow[] | null } }>(
    'select begin_redemption($1::json) as facts', [JSON.stringify(requests.map(({ id, userId, unit }) => ({ id, userId, unit })))]);
  const known = new Map((row!.facts.known ?? []).map((redemption) => [redemption.id, redemption]));
  const journal = new Journal(row!.facts.accounts ?? [], tx.now);
  const fresh: RedemptionRow[] = [];
  const outcomes = requests.map(({ id, userId, unit, amount, reason }): Outcome<RedemptionReply> => {
    const before = known.get(id);
    if (before && (before.user_id !== userId || before.unit !== unit || before.amount !== amount)) return new Refusal('id_conflict');
    if (before) return replyOf(before, 'duplicate');
    if (!isRedeemable(unit)) return new Refusal('not_redeemable');
    const transfers = spend(journal.balancesOf(userId, unit), unit, amount);
    if (transfers === null) return new Refusal('insufficient_balance');
    journal.post(userId, transfers, { reference: id });
    const redemption = { id, user_id: userId, unit, amount, reason: reason ?? null, created_at: tx.now.toISOString() };
    known.set(id, redemption);
    fresh.push(redemption);
    return replyOf(redemption, 'applied');
  });
  if (fresh.length > 0) await tx.write(WRITE, [JSON.stringify(fresh), JSON.stringify(journal.rows)]);
  return outcomes;
}

const replyOf = ({ id, user_id: userId, unit, amount, reason, created_at: createdAt }: RedemptionRow, outcome: RedemptionReply['outcome']): RedemptionReply =>
  ({ id, outcome, userId, unit, amount, reason, createdAt: new Date(createdAt).toISOString() });
