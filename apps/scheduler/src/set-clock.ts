import type { Input, Reply, scheduler } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import { REAL_NOW, type Transaction } from '@referrals/persistence';

type Contract = typeof scheduler.setClock;

const SET = `insert into common.test_clock as clock (now, running, set_at) values ($1, $2, ${REAL_NOW})
  on conflict (only_row) do update set now = excluded.now, running = excluded.running, set_at = excluded.set_at
  returning now, running`;

/** Sets the business clock of all rooms: each reads it in the database, so that with the commit every one has it. */
export async function setClock(tx: Transaction, { now, running }: Input<Contract>, isAllowed: boolean): Promise<Outcome<Reply<Contract>>> {
  if (!isAllowed) return new Refusal('not_found');
  const [row] = await tx.rows<{ now: Date; running: boolean }>(SET, [now, running]);
  return { now: row!.now.toISOString(), running: row!.running };
}
