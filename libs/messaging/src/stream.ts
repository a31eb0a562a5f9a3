import { AckPolicy, DeliverPolicy, jetstreamManager, RetentionPolicy, StorageType, type ConsumerConfig, type ConsumerInfo, type JetStreamManager } from '@nats-io/jetstream';
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

/**
 * Makes stream and consumers, or brings them up to date; safe to repeat. Only the deploy user may: rooms and hosts merely read.
 * The broker keeps its default sync, because the outboxes are the truth and re-drive what a lost store held.
 */
export async function provision(nats: NatsConnection, plans: ConsumerPlan[], hosts: string[] = []): Promise<void> {
  const manager = await jetstreamManager(nats, { timeout: 3_000 });
  await ensureStream(manager);
  for (const { room, types } of plans) for (const type of types) await ensureConsumer(manager, consumerName(room, type), eventSubject(type));
  for (const host of hosts) await ensureConsumer(manager, host, eventSubject('>'));
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
  const config = configOf(name, subject);
  const exists = await manager.consumers.info(STREAM, name).then(() => true, () => false);
  await (exists ? manager.consumers.update(STREAM, name, config) : manager.consumers.add(STREAM, config));
}

const configOf = (name: string, subject: string) => ({
  durable_name: name,
  ack_policy: AckPolicy.Explicit,
  // longer than any transaction may take, short enough that the work of a killed process is taken over soon
  ack_wait: nanos(10_000),
  // never dropped by the broker: the consumer itself puts a failing message into the dead letters
  max_deliver: -1,
  max_ack_pending: IN_HAND,
  filter_subject: subject,
}) satisfies Partial<ConsumerConfig>;

/** Has a consumer read again what reached the stream since then. Servers before 2.14 cannot set one back, so it is made anew. */
export async function rewindConsumer(manager: JetStreamManager, { name, config }: ConsumerInfo, since: Date): Promise<void> {
  await manager.consumers.delete(STREAM, name);
  await manager.consumers.add(STREAM, { ...configOf(name, config.filter_subject!), deliver_policy: DeliverPolicy.StartTime, opt_start_time: since.toISOString() });
}
