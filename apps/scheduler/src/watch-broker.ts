import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { SUBSCRIPTIONS } from '@referrals/contracts';
import { earliest } from '@referrals/domain';
import { consumerName, provision, STREAM, type ConsumerPlan, type StreamLife } from '@referrals/messaging';

/** Who reads what, as the broker has to know it. */
export const CONSUMER_PLANS: ConsumerPlan[] = Object.entries(SUBSCRIPTIONS)
  .filter(([, kinds]) => kinds.length > 0)
  .map(([room, kinds]) => ({ room, types: kinds.map(({ type }) => type) }));

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
   * Makes what is missing, at the first look also brings what is there up to date.
   * @returns the stream's life and whether anything had to be made
   * @throws when the broker does not answer
   */
  async look(): Promise<{ life: StreamLife; made: boolean }> {
    const life = this.isProvisioned ? await this.lifeOfCompleteStream() : null;
    if (life !== null) return { life, made: false };
    const made = await provision(this.nats, this.plans, this.hosts);
    this.isProvisioned = true;
    return { life: made, made: true };
  }

  /** When the oldest event that still waits for a room reached the stream; null when none waits. */
  async waitingSince({ room, types }: ConsumerPlan): Promise<Date | null> {
    const manager = await this.connect();
    return earliest(await Promise.all(types.map((type) => this.consumerWaitsSince(manager, consumerName(room, type)))));
  }

  private async consumerWaitsSince(manager: JetStreamManager, consumer: string): Promise<Date | null> {
    const { num_pending: unread, num_ack_pending: unacknowledged, ack_floor: floor } = await manager.consumers.info(STREAM, consumer);
    if (unread === 0 && unacknowledged === 0) return null;
    const next = await manager.streams.getMessage(STREAM, { seq: floor.stream_seq + 1 });
    return next?.time ?? new Date((await manager.streams.info(STREAM)).state.first_ts);
  }

  private async lifeOfCompleteStream(): Promise<StreamLife | null> {
    const manager = await this.connect();
    const info = await manager.streams.info(STREAM).catch(isMissing);
    if (!info) return null;
    const there = new Set<string>();
    for await (const consumer of manager.consumers.list(STREAM)) there.add(consumer.name);
    const isThere = ({ room, types }: ConsumerPlan): boolean => types.every((type) => there.has(consumerName(room, type)));
    return this.plans.every(isThere) && this.hosts.every((host) => there.has(host)) ? info.created : null;
  }

  private async connect(): Promise<JetStreamManager> {
    return (this.manager ??= await jetstreamManager(this.nats, { timeout: 3_000, checkAPI: false }));
  }
}

/** 404 is an answer; whatever else went wrong is none. */
function isMissing(error: unknown): null {
  if ((error as { code?: number }).code === 10_059 || (error as Error).message.includes('not found')) return null;
  throw error;
}
