import type { EventData, events } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { noteCustomers } from './stripe/apply-stripe-events.js';

type Updated = ReceivedEvent<EventData<typeof events.userUpdated>>;

const WRITE = `insert into user_fact as u (user_id, is_active, is_verified, created_at, first_seen_at, sequence)
  select distinct on (t."userId") t."userId", t."isActive", t."isVerified", t."createdAt", min(t."occurredAt") over (partition by t."userId"), t.sequence
  from json_to_recordset($1::json) as t("userId" text, "isActive" boolean, "isVerified" boolean, "createdAt" timestamptz, "occurredAt" timestamptz, sequence int)
  order by t."userId", t.sequence desc
  on conflict (user_id) do update set first_seen_at = least(u.first_seen_at, excluded.first_seen_at),
    (is_active, is_verified, created_at, sequence) = (select n.is_active, n.is_verified, n.created_at, n.sequence from (
      values (u.is_active, u.is_verified, u.created_at, u.sequence), (excluded.is_active, excluded.is_verified, excluded.created_at, excluded.sequence)
    ) as n (is_active, is_verified, created_at, sequence) order by n.sequence desc limit 1)`;

/** What batch rewards ask of a user, the latest of it; and whose customer is who: what Stripe told of them before is applied. */
export async function noteUsers(tx: Transaction, updated: Updated[]): Promise<void> {
  await tx.rows(WRITE, [JSON.stringify(updated.map(({ data, sequence }) => ({ ...data, sealedEmail: undefined, sequence })))]);
  await noteCustomers(tx, updated.flatMap(({ data: { userId, stripeCustomerId, occurredAt } }) =>
    stripeCustomerId === null ? [] : [{ customer: stripeCustomerId, userId, at: occurredAt }]));
}
