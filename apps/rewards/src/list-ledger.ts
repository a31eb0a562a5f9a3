import type { Input, Reply, rewards } from '@referrals/contracts';
import { decodeCursor, LAST_ID, page, type Database } from '@referrals/persistence';

type Listing = typeof rewards.listLedger;

interface EntryRow {
  transferId: string;
  side: number;
  id: string;
  unit: string;
  amount: number;
  reason: string;
  reference: string | null;
  account: 'available' | 'held' | 'debt';
  createdAt: Date;
}

/** The id of the giving side's entry: the transfer's own with its last bit turned, for two of a user's accounts may share a transfer. */
const TURNED = `encode(set_bit(uuid_send(t.id), 120, 1 - get_bit(uuid_send(t.id), 120)), 'hex')::uuid`;

/** Parameters: user, unit or null, last transfer seen or null, its side, limit. The reasons left out are what the programme gives. */
const ENTRIES = `
  select t.id as "transferId", e.*, t.unit, t.reason, coalesce(t.reference, t.bonus_id::text) as reference, a.kind as account, t.created_at as "createdAt"
  from account a
  cross join lateral (
    (select t.*, 0 as side from transfer t where t.credit_account = a.id and t.id <= coalesce($3::uuid, '${LAST_ID}') order by t.id desc limit $5 + 1)
    union all
    (select t.*, 1 as side from transfer t where t.debit_account = a.id and t.id <= coalesce($3::uuid, '${LAST_ID}')
       and t.reason not in ('bonus', 'hold', 'access_granted', 'debt_write_off') order by t.id desc limit $5 + 1)) as t
  cross join lateral (select t.side, case t.side when 0 then t.id else ${TURNED} end as id, case t.side when 0 then t.amount else -t.amount end as amount) as e
  where a.user_id = $1 and ($2::text is null or a.unit = $2) and ($3::uuid is null or (t.id, -t.side) < ($3, -$4::int))
  order by t.id desc, t.side limit $5`;

/**
 * A user's ledger entries, newest first: one per change of one of their accounts. `account` says which; the amounts of an account add up to
 * its balance (of `debt`, to minus what is owed), and all of them to available + held − debt. What moves from held to available has two.
 */
export async function listLedger(db: Database, { userId, unit, limit, cursor }: Input<Listing>): Promise<Reply<Listing>> {
  const [after, side] = decodeCursor(cursor, ['id', 'count']) ?? [null, '0'];
  const rows = await db.rows<EntryRow>(ENTRIES, [userId, unit ?? null, after, Number(side), limit + 1]);
  const { data, nextCursor } = page(rows, limit, (row) => [row.transferId, String(row.side)]);
  return {
    data: data.map(({ transferId: _transfer, side: _side, createdAt, ...entry }) => ({ ...entry, createdAt: createdAt.toISOString() })),
    nextCursor,
  };
}
