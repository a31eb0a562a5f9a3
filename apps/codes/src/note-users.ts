import type { EventData, events } from '@referrals/contracts';
import { shortName } from '@referrals/domain';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';

/** A row with no name stays, so that an event that comes late cannot bring an old name back. */
const KEEP = `insert into display_name (user_id, short_name, sequence)
  select "userId", "shortName", sequence from json_to_recordset($1::json) as t("userId" text, "shortName" text, sequence bigint) order by "userId"
  on conflict (user_id) do update set short_name = excluded.short_name, sequence = excluded.sequence
  where display_name.sequence < excluded.sequence`;

/**
 * Keeps the names that validation shows, shortened. An event carries all of a user's facts after the change, where each
 * has its own time; so the user's last change counts, and not the event whose `occurredAt` is the latest.
 */
export async function noteUsers(tx: Transaction, updates: ReceivedEvent<EventData<typeof events.userUpdated>>[]): Promise<void> {
  const latest = new Map<string, (typeof updates)[number]>();
  for (const update of updates) {
    const known = latest.get(update.data.userId);
    if (!known || known.sequence < update.sequence) latest.set(update.data.userId, update);
  }
  const names = [...latest.values()].map(({ data, sequence }) => ({ userId: data.userId, shortName: shortName(data.displayName), sequence }));
  await tx.rows(KEEP, [JSON.stringify(names)]);
}
