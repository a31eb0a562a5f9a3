import { jetstreamManager, type ConsumerInfo, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { SUBSCRIPTIONS } from '@referrals/contracts';
import { earliest, MINUTE, shift } from '@referrals/domain';
import { consumerName, provision, rewindConsumer, STREAM, type ConsumerPlan } from '@referrals/messaging';

/** Who reads what, as the broker has to know it. */
export const CONSUMER_PLANS: ConsumerPlan[] = Object.entries(SUBSCRIPTIONS)
  .filter(([, kinds]) => kinds.length > 0)
  .map(([room, kinds]) => ({ room, types: kinds.map(({ type }) => type) }));

/** How far the stream has come. */
export interface StreamPlace {
  /** the broker's own id of the stream's life: another one means that the store was lost */
  life: string;
  /** of the last message; 0 before the first */
  sequence: number;
  /** when the last message reached the stream */
  at: Date;
}

export interface Look {
  place: StreamPlace;
  /** something was missing, or this is the first look */
  made: boolean;
  /** the last messages are gone, as when the broker's machine loses its power */
  forgot: boolean;
}

/** What reached the stream so long ago is on its disk: the server's default is to sync every 2 minutes. */
const SYNCED_MS = 5 * MINUTE;

/** The broker as the scheduler sees it: the only one that makes streams and consumers. */
export class Broker {
  private manager: JetStreamManager | undefined;
  private isProvisioned = false;

  constructor(
    private readonly nats: NatsConnection,
    private readonly hosts: string[] = [],
    private readonly plans: ConsumerPlan[] = CONSUMER_PLANS,
  ) {}

  /**
   * Makes what is missing, at the first look also brings what is there up to date. A stream that forgot its last messages numbers new ones
   * like those; its consumers remember the numbers and would skip them, so they are set back.
   * @param known the place that was last noted down
   * @throws when the broker does not answer
   */
  async look(known: StreamPlace | null = null): Promise<Look> {
    const manager = await this.connect();
    const there = this.isProvisioned ? await this.consumers(manager) : [];
    const made = !this.isComplete(there);
    if (made) await provision(this.nats, this.plans, this.hosts);
    this.isProvisioned = true;
    const consumers = made ? await this.consumers(manager) : there;
    const place = await placeOf(manager); // after the consumers', which are therefore not ahead of it
    const forgot = consumers.some(({ delivered }) => delivered.stream_seq > place.sequence) || (await hasForgotten(manager, known, place));
    const readers = consumers.filter(({ delivered }) => delivered.stream_seq > 0);
    if (forgot) for (const consumer of readers) await rewindConsumer(manager, consumer, await this.unreadSince(manager, consumer, known));
    return { place, made, forgot };
  }

  /** When the oldest event that still waits for a room reached the stream; null when none waits. */
  async waitingSince({ room, types }: ConsumerPlan): Promise<Date | null> {
    const manager = await this.connect();
    return earliest(await Promise.all(types.map((type) => this.consumerWaitsSince(manager, consumerName(room, type)))));
  }

  private async consumerWaitsSince(manager: JetStreamManager, consumer: string): Promise<Date | null> {
    const { num_pending: unread, num_ack_pending: unacknowledged, ack_floor: floor } = await manager.consumers.info(STREAM, consumer);
    if (unread === 0 && unacknowledged === 0) return null;
    return (await reachedAt(manager, floor.stream_seq + 1)) ?? new Date((await manager.streams.info(STREAM)).state.first_ts);
  }

  /** Everything that the stream can have forgotten is younger, and so is everything that still waits for the consumer. */
  private async unreadSince(manager: JetStreamManager, { ack_floor: floor }: ConsumerInfo, known: StreamPlace | null): Promise<Date> {
    if (!known) return new Date(0);
    return earliest([shift(known.at, -SYNCED_MS), await reachedAt(manager, floor.stream_seq + 1)])!;
  }

  /** Those that are ours, strangers' left out. */
  private async consumers(manager: JetStreamManager): Promise<ConsumerInfo[]> {
    const there: ConsumerInfo[] = [];
    if (!(await manager.streams.info(STREAM).catch(isMissing))) return there;
    const names = new Set(this.names());
    for await (const consumer of manager.consumers.list(STREAM)) if (names.has(consumer.name)) there.push(consumer);
    return there;
  }

  private isComplete(there: ConsumerInfo[]): boolean {
    return there.length === this.names().length;
  }

  private names(): string[] {
    return [...this.plans.flatMap(({ room, types }) => types.map((type) => consumerName(room, type))), ...this.hosts];
  }

  private async connect(): Promise<JetStreamManager> {
    return (this.manager ??= await jetstreamManager(this.nats, { timeout: 3_000, checkAPI: false }));
  }
}

async function placeOf(manager: JetStreamManager): Promise<StreamPlace> {
  const { created, state } = await manager.streams.info(STREAM);
  return { life: created, sequence: state.last_seq, at: new Date(state.last_ts) };
}

/** Whether the message that was the last one is no longer, or another one bears its number. One that is merely too old is not forgotten. */
async function hasForgotten(manager: JetStreamManager, known: StreamPlace | null, { sequence }: StreamPlace): Promise<boolean> {
  if (!known || known.sequence === 0) return false;
  if (sequence < known.sequence) return true;
  const at = await reachedAt(manager, known.sequence);
  return at !== null && at.getTime() !== known.at.getTime();
}

const reachedAt = async (manager: JetStreamManager, sequence: number): Promise<Date | null> =>
  (await manager.streams.getMessage(STREAM, { seq: sequence }))?.time ?? null;

/** 404 is an answer; whatever else went wrong is none. */
function isMissing(error: unknown): null {
  if ((error as { code?: number }).code === 10_059 || (error as Error).message.includes('not found')) return null;
  throw error;
}
