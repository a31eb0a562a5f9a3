import type { batchRewards, Input, Reply } from '@referrals/contracts';
import type { Database, Transaction } from '@referrals/persistence';

type Contracts = typeof batchRewards;
type Snapshot = Reply<Contracts['getBatchReward']>;

/** Referrers in one statement: well within what a statement may take. */
const STEP = 10_000;

const NEXT = `select count(*) as count, min(id) as first, max(id) as last from (
  select referrer_id as id from referral where referrer_id > $1 group by referrer_id order by referrer_id limit $2) as users`;
const RECOMPUTE = 'select recompute_batch_rewards($1, $2, $3::json, $4) as updated';
const RUN = 'insert into batch_run (computed_at) values ($1) on conflict (only_row) do update set computed_at = excluded.computed_at';

/** Computes batch rewards from the present state: of one referrer, of the next `limit`, or of all. Repeating it changes nothing. */
export async function recomputeBatchRewards(
  tx: Transaction, { userId, after = '', limit }: Input<Contracts['recomputeBatchRewards']>,
): Promise<Reply<Contracts['recomputeBatchRewards']>> {
  if (!tx.programme.families.batchRewards) return { processed: 0, updated: 0, next: null };
  if (userId !== undefined) return { processed: 1, updated: await recompute(tx, userId, userId), next: null };
  let last: string | null = after;
  let processed = 0;
  let updated = 0;
  do {
    const size = limit ?? STEP;
    const [range]: (Range | undefined)[] = await tx.rows<Range>(NEXT, [last, size]);
    const { count, first, last: end }: Range = range!;
    if (first !== null && end !== null) updated += await recompute(tx, first, end);
    processed += count;
    last = count === size ? end : null;
  } while (last !== null && limit === undefined);
  if (last === null) await tx.rows(RUN, [tx.now]);
  return { processed, updated, next: last };
}

interface Range {
  count: number;
  first: string | null;
  last: string | null;
}

async function recompute(tx: Transaction, first: string, last: string): Promise<number> {
  const { batchRewards: rules, freePlans } = tx.programme;
  const [row] = await tx.rows<{ updated: number }>(RECOMPUTE, [first, last, JSON.stringify(rules), freePlans]);
  return row!.updated;
}

interface SnapshotRow {
  referred_total: number;
  candidates: number;
  eligible: number;
  cooldown: number;
  missing_ip: number;
  shared_ip: number;
  duplicate_ip: number;
  cooldown_days: number;
  slots: number;
  badge: string | null;
  computed_at: Date | null;
}

const SNAPSHOT = `select b.*, greatest(b.computed_at, (select r.computed_at from batch_run r)) as computed_at from batch_reward b where b.user_id = $1`;

/** All zeros for a user whose reward was never computed. */
export async function getBatchReward(db: Database, { userId }: { userId: string }): Promise<Snapshot> {
  const [[row], { batchRewards: rules }] = await Promise.all([db.rows<SnapshotRow>(SNAPSHOT, [userId]), db.programme()]);
  return {
    userId,
    referredTotal: row?.referred_total ?? 0,
    candidates: row?.candidates ?? 0,
    eligible: row?.eligible ?? 0,
    cooldownDays: row?.cooldown_days ?? rules.cooldownDays,
    disqualified: {
      cooldown: row?.cooldown ?? 0, missingIp: row?.missing_ip ?? 0, sharedIp: row?.shared_ip ?? 0, duplicateIp: row?.duplicate_ip ?? 0,
    },
    slots: row?.slots ?? 0,
    badge: row?.badge ?? null,
    computedAt: row?.computed_at?.toISOString() ?? null,
  };
}
