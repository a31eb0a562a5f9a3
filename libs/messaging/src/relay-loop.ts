import type { NatsConnection } from '@nats-io/transport-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { failpoint, relayOnce, type Database, type OutboxMessage } from '@referrals/persistence';
import { inboxOf, tellingUser } from './broker-users.js';
import type { Log } from './log.js';
import { Pace } from './pace.js';
import { eventSubject } from './stream.js';
import { StreamPublisher } from './stream-publisher.js';
import { Traffic } from './traffic.js';

/** Without a commit of ours to wake it, the relay looks this often for what a killed process left behind. */
const IDLE_MS = 500;
const AFTER_FAILURE_MS = 300;
const BATCH = 500;
/** Runs begin at least so far apart, unless a full batch shows that more is waiting. */
const PACE_MS = 30;
/** Events wait while requests come in crowds, but no longer than this: the rooms behind would take the processor from those who wait for an answer. */
const YIELD_MS = 30_000;

/** Publishes what the room's transactions put into the outbox, in the order of their ids, many in flight. */
export class RelayLoop {
  private readonly stream: StreamPublisher;
  private wake: (() => void) | undefined;
  private dirty = true;
  private stopped = false;
  private readonly pace = new Pace(PACE_MS);
  /** since when events wait for crowds to pass */
  private yieldingSince: number | undefined;
  private done: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: Database,
    nats: NatsConnection,
    private readonly log: Log,
    private readonly traffic = new Traffic(),
    private readonly yieldMs = YIELD_MS,
  ) {
    this.stream = new StreamPublisher(nats, inboxOf(tellingUser(db.room)));
    db.onCommitted(() => this.nudge());
  }

  start(): void {
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.nudge();
    await this.done;
  }

  private nudge(): void {
    this.dirty = true;
    this.wake?.();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        if (this.yields()) {
          await sleep(PACE_MS);
          continue;
        }
        this.dirty = false;
        const count = await relayOnce(this.db, (messages) => this.publish(messages), BATCH);
        if (count === BATCH) continue;
        this.yieldingSince = undefined;
        if (!this.dirty) await this.idle();
        await this.pace.turn();
      } catch (error) {
        this.log.warn({ err: (error as Error).message }, 'relay_waits');
        await sleep(AFTER_FAILURE_MS);
      }
    }
  }

  private yields(): boolean {
    if (this.stopped || !this.traffic.isCrowded) return false;
    this.yieldingSince ??= performance.now();
    return performance.now() - this.yieldingSince < this.yieldMs;
  }

  private async idle(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, IDLE_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }

  private async publish(messages: OutboxMessage[]): Promise<void> {
    failpoint('before-publish');
    await this.stream.publish(messages.map(({ id, type, body }) => ({ subject: eventSubject(type), id, body })));
    failpoint('after-publish');
  }
}
