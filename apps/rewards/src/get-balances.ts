import type { Reply, rewards } from '@referrals/contracts';
import { tierOf } from '@referrals/domain';
import type { Database } from '@referrals/persistence';

/** A debt's account is negative; it is told as what is owed. */
const BALANCES = `
  select unit, coalesce(sum(balance) filter (where kind = 'available'), 0)::bigint as available,
    coalesce(sum(balance) filter (where kind = 'held'), 0)::bigint as held, coalesce(-sum(balance) filter (where kind = 'debt'), 0)::bigint as debt
  from account where user_id = $1 group by unit order by unit`;

/** One line per unit; none for a user never heard of. */
export async function getBalances(db: Database, { userId }: { userId: string }): Promise<Reply<typeof rewards.getBalances>> {
  return { balances: await db.rows(BALANCES, [userId]) };
}

/** A user never heard of stands at the first tier. */
export async function getTier(db: Database, { userId }: { userId: string }): Promise<Reply<typeof rewards.getTier>> {
  const [[row], { tiers }] = await Promise.all([
    db.rows<{ count: number }>('select qualified_count as count from referrer where user_id = $1', [userId]), db.programme(),
  ]);
  const qualifiedCount = row?.count ?? 0;
  return { qualifiedCount, ...tierOf(qualifiedCount, tiers), progress: tierOf(qualifiedCount, tiers).progress / 100 };
}
