import type { events, EventData } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';

type Updated = ReceivedEvent<EventData<typeof events.userUpdated>>;

const UPSERT = `insert into account as known (user_id, created_at, sequence)
  select distinct on ("userId") "userId", "createdAt", sequence
  from json_to_recordset($2::json) as t("userId" text, "createdAt" timestamptz, sequence int)
  order by "userId", sequence desc
  on conflict (user_id) do update set created_at = excluded.created_at, sequence = excluded.sequence
    where excluded.sequence > known.sequence`;

/** Keeps how old accounts are. An event carries all that is known of a user, so the newest alone counts. */
export async function recordAccounts(tx: Transaction, received: Updated[]): Promise<void> {
  const rows = received.map(({ sequence, data: { userId, createdAt } }) => ({ userId, createdAt, sequence }));
  await tx.write(UPSERT, [JSON.stringify(rows)]);
}
