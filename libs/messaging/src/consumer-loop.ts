import { jetstream, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { bury, failpoint, isTransient, type Database } from '@referrals/persistence';
import { v7 as uuidv7, validate as isUuid } from 'uuid';
import { applyEvents } from './apply-events.js';
import type { AnyEvent, Subscription } from './handle.js';
import type { Log } from './log.js';
import { Pace } from './pace.js';
import { consumerName, IN_HAND, STREAM } from './stream.js';

const GROUP = 1_024;
/** An event may stand for a hundred referrals: a group is no longer than what a transaction takes in its stride. */
const GROUP_BYTES = 512 * 1_024;
/** Groups begin at least so far apart: with four steps from a registration to its paid bonuses, well below a second. */
const PACE_MS = 60;
/** A message that fails this often goes to the dead letters. */
const ATTEMPTS = 5;
const BACK_OFF_MS = [200, 1_000, 2_000, 4_000];

interface Arrival {
  message: JsMsg;
  /** undefined: no event of ours at all */
  event: AnyEvent | undefined;
}

/** Reads the room's events in groups: inbox row and effect commit together, and only then the broker hears of it. */
export class ConsumerLoop {
  private readonly queue: Arrival[] = [];
  private readonly reading = new Set<ConsumerMessages>();
  private working: Promise<void> | undefined;
  private readonly pace = new Pace(PACE_MS);
  private stopped = false;
  private done: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly db: Database,
    private readonly nats: NatsConnection,
    private readonly name: string,
    private readonly subscriptions: Subscription[],
    private readonly log: Log,
  ) {}

  start(): void {
    this.done = Promise.all(this.subscriptions.map((subscription) => this.read(subscription)));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const messages of this.reading) messages.stop();
    await this.done;
    await this.working;
  }

  /** Stream and consumer may be missing for a while: at the first start, or after the broker lost its store. */
  private async read({ kind }: Subscription): Promise<void> {
    const callback = (message: JsMsg): void => this.take(message);
    while (!this.stopped) {
      try {
        const consumer = await jetstream(this.nats, { timeout: 3_000 }).consumers.get(STREAM, consumerName(this.name, kind.type));
        const messages = await consumer.consume({ max_messages: IN_HAND, expires: 5_000, idle_heartbeat: 1_000, abort_on_missing_resource: true, callback });
        this.reading.add(messages);
        if (this.stopped) messages.stop();
        void this.watch(messages);
        const error = await messages.closed();
        this.reading.delete(messages);
        if (error) throw error;
      } catch (error) {
        this.log.warn({ err: (error as Error).message }, 'consumer_waits');
      }
      if (!this.stopped) await sleep(300);
    }
  }

  private async watch(messages: ConsumerMessages): Promise<void> {
    for await (const notice of messages.status()) {
      const gone = notice.type === 'consumer_deleted' || notice.type === 'consumer_not_found' || notice.type === 'stream_not_found';
      if (gone || (notice.type === 'heartbeats_missed' && notice.count >= 2)) messages.stop(new Error(notice.type));
    }
  }

  private take(message: JsMsg): void {
    this.queue.push({ message, event: eventOf(message) });
    this.working ??= this.work();
  }

  private async work(): Promise<void> {
    await new Promise(setImmediate); // what one network read brought is one group
    while (this.queue.length > 0 && !this.stopped) {
      await this.pace.turn();
      await this.handle(this.queue.splice(0, this.groupSize()));
    }
    this.working = undefined;
  }

  private groupSize(): number {
    let bytes = 0;
    const tooMuch = this.queue.slice(0, GROUP).findIndex(({ message }, n) => (bytes += message.data.length) > GROUP_BYTES && n > 0);
    return tooMuch === -1 ? GROUP : tooMuch;
  }

  private async handle(group: Arrival[]): Promise<void> {
    try {
      await this.apply(group);
      for (const { message } of group) message.ack();
    } catch (error) {
      if (isTransient(error)) return this.later(group.map(({ message }) => message), error);
      for (const arrival of group) await this.alone(arrival);
    }
  }

  private async alone(arrival: Arrival): Promise<void> {
    const { message } = arrival;
    try {
      await this.apply([arrival]);
      message.ack();
    } catch (error) {
      if (isTransient(error) || message.info.deliveryCount < ATTEMPTS) return this.later([message], error);
      await this.bury(message, error as Error);
    }
  }

  private later(group: JsMsg[], error: unknown): void {
    this.log.warn({ err: (error as Error).message, count: group.length }, 'event_delayed');
    for (const message of group) message.nak(BACK_OFF_MS[Math.min(message.info.deliveryCount, BACK_OFF_MS.length) - 1] ?? 200);
  }

  private async bury(message: JsMsg, error: Error): Promise<void> {
    const [type, attempts] = [message.subject.slice('events.'.length), message.info.deliveryCount];
    const { eventId, body } = letterOf(message);
    try {
      await this.db.transaction((tx) => bury(tx, { eventId, type, body, error: error.message, attempts }));
      this.log.error({ err: error.message, eventId, type }, 'event_buried');
      message.term();
    } catch (failure) {
      this.later([message], failure);
    }
  }

  /** Events arrive in any order and more than once; handlers are called per kind, with those never seen before. */
  private async apply(group: Arrival[]): Promise<void> {
    const events = group.map(({ event, message }) => event ?? message.json<AnyEvent>());
    await this.db.transaction(async (tx) => {
      await applyEvents(tx, this.subscriptions, events);
      failpoint('consumer-before-commit');
    });
    failpoint('consumer-after-commit');
  }
}

function eventOf(message: JsMsg): AnyEvent | undefined {
  try {
    return message.json<AnyEvent>();
  } catch {
    return undefined;
  }
}

/** What is no event of ours at all is kept too, as text under an id of its own. */
function letterOf(message: JsMsg): { eventId: string; body: string } {
  const text = message.string();
  const id = message.headers?.get('Nats-Msg-Id') ?? '';
  const eventId = isUuid(id) ? id : uuidv7();
  try {
    JSON.parse(text);
    return { eventId, body: text };
  } catch {
    return { eventId, body: JSON.stringify({ text }) };
  }
}
