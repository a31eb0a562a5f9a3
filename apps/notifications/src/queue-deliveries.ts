import { REAL_NOW, type Transaction } from '@referrals/persistence';
import type { AnyEvent } from '@referrals/messaging';
import { v7 as uuidv7 } from 'uuid';
import type { Patience } from './back-off.js';

/** One statement: an event is kept when somebody wants it, with a delivery for each endpoint that does. */
const QUEUE = `with
  given as (select * from json_to_recordset($1::json) as t(id uuid, type text, body text)),
  wanted as (
    select e.id as endpoint_id, g.* from given g join endpoint e on e.is_active and e.deleted_at is null and (e.events is null or g.type = any(e.events))),
  kept as (insert into webhook_event (id, type, body) select distinct id, type, body from wanted on conflict do nothing),
  ids as (select *, row_number() over (order by id, endpoint_id) as number from wanted)
  insert into delivery (id, endpoint_id, event_id, due_at, give_up_at, created_at)
  select ($2::uuid[])[number], endpoint_id, id, ${REAL_NOW}, ${REAL_NOW} + make_interval(secs => $3), common.now() from ids
  on conflict (endpoint_id, event_id) do nothing returning id`;

/** What only our rooms can open stays inside. */
const SEALED = ['context', 'sealedEmail'];

/** Queues events for the endpoints that want them, in the transaction in which they are received. @returns how many deliveries */
export async function queueDeliveries(tx: Transaction, received: AnyEvent[], { giveUpAfter }: Patience): Promise<number> {
  const endpoints = await tx.rows<{ count: number }>('select count(*) as count from endpoint where is_active and deleted_at is null');
  if (endpoints[0]!.count === 0) return 0;
  const events = received.map((event) => ({ id: event.id, type: event.type, body: JSON.stringify(opened(event)) }));
  const ids = Array.from({ length: events.length * endpoints[0]!.count }, () => uuidv7());
  return (await tx.rows(QUEUE, [JSON.stringify(events), ids, giveUpAfter / 1_000])).length;
}

function opened(event: AnyEvent): object {
  const data = { ...(event.data as Record<string, unknown>) };
  for (const field of SEALED) if (field in data) data[field] = null;
  return { ...event, data };
}
