import { type Database, REAL_NOW } from '@referrals/persistence';
import type { StreamPlace } from './watch-broker.js';

export interface Lacking {
  id: string;
  recordedAt: Date;
  /** its producer has still to publish it */
  isUnsent: boolean;
}

/** An event told and not received; dead letters have their place in the inbox and count as received. Rooms are names of ours. */
const LACKING = (producer: string, consumer: string): string => `
  select o.id, o.recorded_at as "recordedAt", exists (select 1 from ${producer}.outbox_unsent u where u.id = o.id) as "isUnsent"
  from ${producer}.outbox o
  where o.recorded_at > $1 and o.recorded_at <= $2 and o.type = any($3)
    and not exists (select 1 from ${consumer}.inbox i where i.event_id = o.id)
  order by o.recorded_at limit $4`;

/**
 * Ids begin with the time at which they were made, so one of the first events since then is found by its id; what was recorded even earlier, by the index over
 * the log's order in time, which then reads no more than the pages of that moment.
 */
const OLDEST = (producer: string): string => `select min(recorded_at) as oldest from ${producer}.outbox where recorded_at > $1 and recorded_at <= coalesce((
    select recorded_at from ${producer}.outbox
    where recorded_at > $1 and id >= (lpad(to_hex((extract(epoch from $1::timestamptz) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
    order by id limit 1), 'infinity')`;

export interface Span {
  from: Date;
  until: Date;
}

export const findLacking = (reader: Database, producer: string, consumer: string, { from, until }: Span, types: string[], limit: number): Promise<Lacking[]> =>
  reader.rows<Lacking>(LACKING(producer, consumer), [from, until, types, limit]);

/** When the first event since then was recorded; null when there is none. */
export async function oldestEvent(reader: Database, producer: string, since: Date): Promise<Date | null> {
  const [row] = await reader.rows<{ oldest: Date | null }>(OLDEST(producer), [since]);
  return row!.oldest;
}

export async function realNow(db: Database): Promise<Date> {
  const [row] = await db.rows<{ now: Date }>(`select ${REAL_NOW} as now`);
  return row!.now;
}

export async function readWatermark(db: Database, producer: string, consumer: string): Promise<Date | null> {
  const [row] = await db.rows<{ until: Date }>('select received_until as until from redrive_watermark where producer = $1 and consumer = $2', [producer, consumer]);
  return row?.until ?? null;
}

export async function raiseWatermark(db: Database, producer: string, consumer: string, until: Date): Promise<void> {
  await db.rows(
    `insert into redrive_watermark as known (producer, consumer, received_until) values ($1, $2, $3)
     on conflict (producer, consumer) do update set received_until = excluded.received_until where excluded.received_until > known.received_until`,
    [producer, consumer, until],
  );
}

/** The place up to which whatever the stream lost has been asked for; null before the first. */
export async function readPlace(db: Database): Promise<StreamPlace | null> {
  const [row] = await db.rows<StreamPlace>('select created as life, last_sequence::float8 as sequence, last_at as at from stream_life');
  return row ?? null;
}

export async function writePlace(db: Database, { life, sequence, at }: StreamPlace): Promise<void> {
  await db.rows(
    `insert into stream_life (created, last_sequence, last_at) values ($1, $2, $3)
     on conflict (only_row) do update set created = excluded.created, last_sequence = excluded.last_sequence, last_at = excluded.last_at, seen_at = ${REAL_NOW}`,
    [life, sequence, at],
  );
}
