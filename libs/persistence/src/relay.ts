import type { Database } from './database.js';

export interface OutboxMessage {
  id: string;
  type: string;
  /** the event as JSON text, published as it stands */
  body: string;
}

/** `offset 0` keeps each look-up one by its key: joined freely, the plan of a young outbox would read all of an old one. */
const TAKE = `with taken as (
    delete from outbox_unsent where id = any(array(select id from outbox_unsent order by id limit $1 for update skip locked)) returning id)
  select o.id, o.type, o.body::text as body
  from taken cross join lateral (select * from outbox where outbox.id = taken.id offset 0) o order by o.id`;

/**
 * Takes unsent events, publishes them and forgets them in one transaction: when publishing fails, or the process dies
 * before the commit, they are unsent still and go out again. Never "id greater than the last seen": transactions commit
 * out of id order, and such a relay loses what commits late.
 * @returns how many were published
 */
export function relayOnce(db: Database, publish: (messages: OutboxMessage[]) => Promise<void>, limit = 500): Promise<number> {
  return db.transaction(async (tx) => {
    const messages = await tx.rows<OutboxMessage>(TAKE, [limit]);
    if (messages.length > 0) await publish(messages);
    return messages.length;
  });
}
