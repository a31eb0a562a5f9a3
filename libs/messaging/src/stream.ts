import { AckPolicy, jetstreamManager, RetentionPolicy, StorageType, type JetStreamManager } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';

export const STREAM = 'REFERRALS';
export const eventSubject = (type: string): string => `events.${type}`;

/** Messages of one type that a room may have taken and not yet confirmed: a group's worth, so that none waits for its turn longer than the broker does. */
export const IN_HAND = 1_024;

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The event types that a room reads: one durable consumer for each, because servers before 2.10 filter by one subject alone. */
export interface ConsumerPlan {
  room: string;
  types: string[];
}

export const consumerName = (room: string, type: string): string => `${room}_${type.replaceAll('.', '-')}`;

/** The broker's own id of the stream's life: another one means that the store was lost. */
export type StreamLife = string;

/**
 * Makes stream and consumers, or brings them up to date; safe to repeat. Only the deploy user may: rooms and hosts merely read.
 * The broker keeps its default sync, because the outboxes are the truth and re-drive what a lost store held.
 */
export async function provision(nats: NatsConnection, plans: ConsumerPlan[], hosts: string[] = []): Promise<StreamLife> {
  const manager = await jetstreamManager(nats, { timeout: 3_000 });
  await ensureStream(manager);
  for (const { room, types } of plans) for (const type of types) await ensureConsumer(manager, consumerName(room, type), eventSubject(type));
  for (const host of hosts) await ensureConsumer(manager, host, eventSubject('>'));
  return (await manager.streams.info(STREAM)).created;
}

async function ensureStream(manager: JetStreamManager): Promise<void> {
  const config = {
    name: STREAM,
    subjects: ['events.>'],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    max_age: nanos(14 * DAY_MS),
    duplicate_window: nanos(2 * 60 * 1_000),
    deny_delete: true,
  };
  const exists = await manager.streams.info(STREAM).then(() => true, () => false);
  await (exists ? manager.streams.update(STREAM, config) : manager.streams.add(config));
}

async function ensureConsumer(manager: JetStreamManager, name: string, subject: string): Promise<void> {
  const config = {
    durable_name: name,
    ack_policy: AckPolicy.Explicit,
    // longer than any transaction may take, short enough that the work of a killed process is taken over soon
    ack_wait: nanos(10_000),
    // never dropped by the broker: the consumer itself puts a failing message into the dead letters
    max_deliver: -1,
    max_ack_pending: IN_HAND,
    filter_subject: subject,
  };
  const exists = await manager.consumers.info(STREAM, name).then(() => true, () => false);
  await (exists ? manager.consumers.update(STREAM, name, config) : manager.consumers.add(STREAM, config));
}
