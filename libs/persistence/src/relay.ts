import type { Database } from './database.js';

export interface OutboxMessage {
  id: string;
  type: string;
  /** the event as JSON text, published as it stands */
  body: string;
}

const TAKE = `with taken as (
    delete from outbox_unsent where id in (select id from outbox_unsent order by id limit $1 for update skip locked) returning id)
  select o.id, o.type, o.body::text as body from taken join outbox o using (id) order by o.id`;

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
