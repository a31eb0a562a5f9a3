import { jetstream, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { bury, failpoint, isTransient, receive, type Database, type Transaction } from '@referrals/persistence';
import { v7 as uuidv7, validate as isUuid } from 'uuid';
import type { ReceivedEvent, Subscription } from './handle.js';
import type { Log } from './log.js';
import { Pace } from './pace.js';
import { consumerName, STREAM } from './stream.js';

const GROUP = 512;
/** Groups begin at least so far apart: with four steps from a registration to its paid bonuses, well below a second. */
const PACE_MS = 60;
/** Messages taken from the broker and not yet handled; beyond it they stay there. */
const BUFFER = 1_024;
/** A message that fails this often goes to the dead letters. */
const ATTEMPTS = 5;
const BACK_OFF_MS = [200, 1_000, 2_000, 4_000];

/** Reads the room's events in groups: inbox row and effect commit together, and only then the broker hears of it. */
export class ConsumerLoop {
  private readonly queue: JsMsg[] = [];
  private readonly reading = new Set<ConsumerMessages>();
  private working: Promise<void> | undefined;
  private waiting: (() => void)[] = [];
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
    this.done = Promise.all(this.subscriptions.map(({ kind }) => this.read(consumerName(this.name, kind.type))));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const messages of this.reading) messages.stop();
    this.makeRoom();
    await this.done;
    await this.working;
  }

  /** Stream and consumer may be missing for a while: at the first start, or after the broker lost its store. */
  private async read(name: string): Promise<void> {
    while (!this.stopped) {
      try {
        const consumer = await jetstream(this.nats, { timeout: 3_000 }).consumers.get(STREAM, name);
        const messages = await consumer.consume({ max_messages: BUFFER, expires: 5_000, idle_heartbeat: 1_000, abort_on_missing_resource: true });
        this.reading.add(messages);
        void this.watch(messages);
        for await (const message of messages) await this.take(message);
        this.reading.delete(messages);
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

  private async take(message: JsMsg): Promise<void> {
    this.queue.push(message);
    this.working ??= this.work();
    if (this.queue.length >= BUFFER) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private makeRoom(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private async work(): Promise<void> {
    await new Promise(setImmediate); // what one network read brought is one group
    while (this.queue.length > 0 && !this.stopped) {
      if (this.queue.length < GROUP) await this.pace.turn();
      const group = this.queue.splice(0, GROUP);
      this.makeRoom();
      await this.handle(group);
    }
    this.working = undefined;
  }

  private async handle(group: JsMsg[]): Promise<void> {
    try {
      await this.apply(group.map((message) => message.json<AnyEvent>()));
      for (const message of group) message.ack();
    } catch (error) {
      if (isTransient(error)) return this.later(group, error);
      for (const message of group) await this.alone(message);
    }
  }

  private async alone(message: JsMsg): Promise<void> {
    try {
      await this.apply([message.json<AnyEvent>()]);
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
  private async apply(group: AnyEvent[]): Promise<void> {
    await this.db.transaction(async (tx) => {
      await applyEvents(tx, this.subscriptions, group);
      failpoint('consumer-before-commit');
    });
    failpoint('consumer-after-commit');
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

export type AnyEvent = ReceivedEvent<never> & { type: string };

/** Receives the events and lets the handlers take effect, in the given transaction. */
export async function applyEvents(tx: Transaction, subscriptions: Subscription[], events: AnyEvent[]): Promise<void> {
  const fresh = await receive(tx, events.map((event) => event.id));
  for (const { kind, handle } of subscriptions) {
    const mine = new Map(events.filter((event) => event.type === kind.type && fresh.has(event.id)).map((event) => [event.id, event]));
    if (mine.size === 0) continue;
    for (const event of mine.values()) kind.data.parse(event.data);
    await handle(tx, [...mine.values()]);
  }
}
