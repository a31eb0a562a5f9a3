import type { Transaction } from '@referrals/persistence';
import type { TranslatedEvent } from './facts.js';

export interface WaitingEvent {
  id: string;
  facts: TranslatedEvent;
}

/** Whoever tells about the same customer or payment comes one after the other, so that no event waits for one that is just being applied. */
export const lockKeys = (tx: Transaction, keys: readonly string[]): Promise<unknown> =>
  tx.rows(`select pg_advisory_xact_lock(key) from (select distinct common.lock_key('stripe', k) as key from unnest($1::text[]) k order by 1) as keys`, [keys]);

/** @returns the ids of those that did not come before */
export async function recordEvents(tx: Transaction, events: { id: string; type: string; isHandled: boolean }[]): Promise<Set<string>> {
  const rows = await tx.rows<{ id: string }>(
    `insert into stripe_event (id, type, status, received_at)
     select id, type, case when "isHandled" then 'applied' else 'ignored' end, $2 from json_to_recordset($1::json) as t(id text, type text, "isHandled" bool) order by id
     on conflict do nothing returning id`, [JSON.stringify(events), tx.now]);
  return new Set(rows.map(({ id }) => id));
}

/** Keeps an event until one of the keys is known. */
export const keepEvent = (tx: Transaction, id: string, keys: readonly string[], facts: TranslatedEvent): Promise<unknown> =>
  tx.rows(`update stripe_event set status = 'waiting', keys = $2, facts = $3 where id = $1`, [id, keys, JSON.stringify(facts)]);

/** Takes the events that waited for these keys, in the order in which they came. */
export const takeWaiting = (tx: Transaction, keys: readonly string[]): Promise<WaitingEvent[]> =>
  tx.rows<WaitingEvent>(
    `with taken as (select id, facts, received_at from stripe_event where status = 'waiting' and keys && $1::text[] order by id for update),
       done as (update stripe_event e set status = 'applied', facts = null, keys = '{}' where e.id = any(array(select id from taken)))
     select id, facts from taken order by received_at, id`, [keys]);

/** By customer. */
export async function usersOfCustomers(tx: Transaction, customers: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.rows<{ id: string; userId: string }>('select customer_id as id, user_id as "userId" from stripe_customer where customer_id = any($1)', [customers]);
  return new Map(rows.map(({ id, userId }) => [id, userId]));
}

/** What an event says of a customer never overrides what is known. @returns the customers that are new here */
export async function learnCustomers(tx: Transaction, named: { customer: string; userId: string }[]): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    `insert into stripe_customer (customer_id, user_id, told_at)
     select customer, "userId", null from json_to_recordset($1::json) as t(customer text, "userId" text) order by customer
     on conflict do nothing returning customer_id as id`, [JSON.stringify(named)]);
  return rows.map(({ id }) => id);
}

/** What the host says does, the latest of it. @returns the customers that are new here */
export async function setCustomers(tx: Transaction, told: { customer: string; userId: string; at: string }[]): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    `insert into stripe_customer as c (customer_id, user_id, told_at)
     select distinct on (customer) customer, "userId", at from json_to_recordset($1::json) as t(customer text, "userId" text, at timestamptz)
     order by customer, at desc, "userId"
     on conflict (customer_id) do update set user_id = excluded.user_id, told_at = excluded.told_at
     where c.told_at is null or c.told_at <= excluded.told_at
     returning customer_id as id`, [JSON.stringify(told)]);
  return rows.map(({ id }) => id);
}

/** By reference. */
export async function paymentsOf(tx: Transaction, references: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.rows<{ reference: string; id: string }>('select reference, payment_id as id from stripe_payment where reference = any($1)', [references]);
  return new Map(rows.map(({ reference, id }) => [reference, id]));
}

/** The payment that any of these ids stands for. */
export const paymentOf = async (tx: Transaction, references: readonly string[]): Promise<string | null> =>
  [...(await paymentsOf(tx, references)).values()].sort()[0] ?? null;

export const keepReferences = (tx: Transaction, payments: { paymentId: string; references: readonly string[] }[]): Promise<unknown> =>
  tx.rows(
    `insert into stripe_payment (reference, payment_id)
     select r, "paymentId" from json_to_recordset($1::json) as t("paymentId" text, "references" text[]), unnest("references") r order by r
     on conflict do nothing`, [JSON.stringify(payments)]);
