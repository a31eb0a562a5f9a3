import type { Database } from '@referrals/persistence';
import type { Difference } from './recompute.js';

interface StoredReward {
  user_id: string;
  candidates: number;
  disqualified: number;
  eligible: number;
  slots: number;
  booked: number;
  badge: string | null;
  given: number;
}

const PAGE = 2_000;
/** What the programme gave and took back of slots; a debt that was written off had been given before. */
const REWARDS = `
  select b.user_id, b.candidates, b.cooldown + b.missing_ip + b.shared_ip + b.duplicate_ip as disqualified, b.eligible, b.slots, b.booked, b.badge, g.given
  from batch_reward b
  cross join lateral (
    select coalesce(sum(given.amount), 0)::bigint as given from account a
    join account p on p.user_id is null and p.unit = 'slots' and p.kind = 'programme'
    cross join lateral (
      select t.amount from transfer t where t.credit_account = a.id and t.debit_account = p.id and t.reason <> 'debt_write_off'
      union all
      select -t.amount from transfer t where t.debit_account = a.id and t.credit_account = p.id and t.reason not in ('bonus', 'hold', 'access_granted', 'debt_write_off')
    ) as given
    where a.user_id = b.user_id and a.unit = 'slots' and a.kind in ('available', 'debt')) g
  where b.user_id > $1 order by b.user_id limit ${PAGE}`;

/** Computes every batch reward again from its counts, and the slots that the ledger gave for it. @returns how many there are */
export async function recomputeSlots(db: Database, found: (difference: Difference) => void): Promise<number> {
  const { batchRewards: rules } = await db.programme();
  let count = 0;
  for (let after = ''; ;) {
    const rows = await db.rows<StoredReward>(REWARDS, [after]);
    for (const { user_id: id, ...stored } of rows) {
      const eligible = stored.candidates - stored.disqualified;
      const expected = {
        eligible, slots: Math.floor(eligible / rules.groupSize) * rules.slotsPerGroup, booked: stored.slots, given: stored.booked,
        badge: rules.badges.findLast((badge) => badge.from <= eligible)?.badge ?? null,
      };
      for (const [field, computed] of Object.entries(expected) as [keyof typeof expected, unknown][]) {
        if (stored[field] !== computed) found({ id, field, stored: stored[field], computed });
      }
    }
    count += rows.length;
    if (rows.length < PAGE) return count;
    after = rows.at(-1)!.user_id;
  }
}
