import type { EventData, events } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';

/** One update per code however often it was used; rows are locked in one order, because groups of two processes may meet. */
const COUNT = `with
  used as (select "codeId", uses from json_to_recordset($1::json) as t("codeId" uuid, uses int)),
  locked as (select c.id from code c where c.id in (select "codeId" from used) order by c.id for no key update)
  update code c set uses_count = c.uses_count + used.uses from used, locked where c.id = used."codeId" and locked.id = c.id`;

/** The count that codes show. The one that limits them is the relationships room's. */
export const noteRegistrations = (tx: Transaction, registrations: ReceivedEvent<EventData<typeof events.referralRegistered>>[]): Promise<void> =>
  noteUses(tx, registrations.map(({ data }) => data));

export async function noteUses(tx: Transaction, referrals: { codeId: string }[]): Promise<void> {
  const uses = new Map<string, number>();
  for (const { codeId } of referrals) uses.set(codeId, (uses.get(codeId) ?? 0) + 1);
  await tx.rows(COUNT, [JSON.stringify([...uses].map(([codeId, count]) => ({ codeId, uses: count })))]);
}
