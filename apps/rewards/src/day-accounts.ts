import { v7 as uuidv7 } from 'uuid';
import type { AccountKind, Balances, Transfer } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';

/** A user's accounts in access days, and the programme's. */
export interface DayAccounts {
  ids: Partial<Record<AccountKind, string>>;
  balances: Balances;
}

const ACCOUNTS = `select id, kind, coalesce(balance, 0) as balance from account where unit = 'access_days' and user_id is not distinct from $1
  union all select id, kind, 0 from account where unit = 'access_days' and user_id is null`;

/** Opens the accounts that are missing, and reads them; the caller holds the lock on the user's access. */
export async function loadDayAccounts(tx: Transaction, userId: string): Promise<DayAccounts> {
  await tx.rows('select open_accounts($1::text[], $2)', [[userId], 'access_days']);
  const rows = await tx.rows<{ id: string; kind: AccountKind; balance: number }>(ACCOUNTS, [userId]);
  const balanceOf = (kind: AccountKind): number => rows.find((row) => row.kind === kind)?.balance ?? 0;
  return {
    ids: Object.fromEntries(rows.map(({ id, kind }) => [kind, id])),
    balances: { available: balanceOf('available'), held: balanceOf('held'), debt: 0 },
  };
}

const POST = `insert into transfer (id, debit_account, credit_account, unit, amount, reason, bonus_id, reference, created_at)
  values ($1, $2, $3, 'access_days', $4, $5, $6, $7, $8)`;

/** Writes down days given or taken back. @param reference the grant that it is about */
export async function postDays(
  tx: Transaction, { ids }: DayAccounts, transfers: readonly Transfer[], reference: string, bonusId: string | null = null,
): Promise<void> {
  for (const { from, to, amount, reason } of transfers) {
    await tx.rows(POST, [uuidv7(), ids[from], ids[to], amount, reason, bonusId, reference, tx.now]);
  }
}
