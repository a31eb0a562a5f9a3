import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Database, Transaction } from '@referrals/persistence';
import { startTestNats, TestDatabase, type TestNats } from '@referrals/testing';
import { ConsumerLoop } from './consumer-loop.js';
import type { ReceivedEvent, Subscription } from './handle.js';
import { openLog } from './log.js';
import { connectNats } from './nats.js';
import { plumbingController } from './plumbing.controller.js';
import { RelayLoop } from './relay-loop.js';
import { provision, STREAM } from './stream.js';
import { CROWD, Traffic } from './traffic.js';

const kind = { type: 'test.happened', version: 1, data: z.object({ n: z.int() }) };
const log = openLog('test', { level: 'silent' });

let broker: TestNats;
let test: TestDatabase;
let nats: NatsConnection;
let producer: Database;
let reader: Database;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  broker = await startTestNats({ jetstream: true });
});
afterAll(() => broker.stop());
beforeEach(async () => {
  test = await TestDatabase.create();
  nats = await connectNats(broker.url, 'test');
  await provision(nats, [{ room: 'fraud', types: [kind.type] }]);
  [producer, reader] = [await test.open('relationships'), await test.open('fraud')];
  await test.rows('create table fraud.seen (n int)');
  await test.rows('grant all on fraud.seen to public');
});
afterEach(async () => {
  for (const part of running.splice(0)) await part.stop();
  await (await jetstreamManager(nats)).streams.delete(STREAM);
  await nats.close();
  await test.close();
});

const start = <Loop extends { start(): void; stop(): Promise<void> }>(loop: Loop): Loop => {
  loop.start();
  running.push(loop);
  return loop;
};
const emit = (tx: Transaction, n: number): void => tx.emit(kind, { aggregateId: String(n), sequence: 1, occurredAt: tx.now, data: { n } });
const write = (tx: Transaction, events: ReceivedEvent<{ n: number }>[]) =>
  tx.rows('insert into seen select unnest($1::int[])', [events.map(({ data }) => data.n)]).then(() => undefined);
const subscription = (handle: (tx: Transaction, events: ReceivedEvent<{ n: number }>[]) => Promise<void>): Subscription[] => [{ kind, handle: handle }];
const seen = async () => (await test.rows<{ n: number }>('select n from fraud.seen order by n')).map(({ n }) => n);
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

async function until(holds: () => Promise<boolean>, withinMs = 15_000): Promise<void> {
  for (const end = performance.now() + withinMs; !(await holds()); await sleep(50)) if (performance.now() > end) throw new Error('not in time');
}

describe('the relay', () => {
  it('publishes every event once, though transactions commit out of the order of their ids and two relays run', async () => {
    start(new RelayLoop(producer, nats, log));
    start(new RelayLoop(await test.open('relationships'), nats, log));
    await Promise.all(numbers(60).map((n) => producer.transaction(async (tx) => {
      emit(tx, n);
      await tx.flush();
      await sleep((n * 7) % 40); // the later one commits first
    })));
    await until(async () => (await test.rows('select 1 from relationships.outbox_unsent')).length === 0);
    const { messages } = (await (await jetstreamManager(nats)).streams.info(STREAM)).state;
    expect(messages).toBe(60);
  });

  it('publishes nothing of a transaction that was rolled back', async () => {
    start(new RelayLoop(producer, nats, log));
    const failed = producer.transaction(async (tx) => {
      emit(tx, 1);
      await tx.flush();
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await sleep(700);
    expect((await (await jetstreamManager(nats)).streams.info(STREAM)).state.messages).toBe(0);
  });
});

describe('the relay while requests come in crowds', () => {
  const published = async () => (await (await jetstreamManager(nats)).streams.info(STREAM)).state.messages;
  let coming: NodeJS.Timeout;
  const requests = (present: number): Traffic => {
    const traffic = new Traffic();
    traffic.note(present);
    coming = setInterval(() => traffic.note(present), 20);
    return traffic;
  };
  afterEach(() => clearInterval(coming));

  it('waits until they have passed', async () => {
    start(new RelayLoop(producer, nats, log, requests(CROWD + 1)));
    await producer.transaction(async (tx) => emit(tx, 1));
    await sleep(700);
    expect(await published()).toBe(0);
    clearInterval(coming);
    await until(async () => (await published()) === 1);
  });

  it('waits no longer than it is told, and then sends all that has gathered', async () => {
    start(new RelayLoop(producer, nats, log, requests(CROWD + 1), 400));
    await producer.transaction(async (tx) => numbers(600).forEach((n) => emit(tx, n)));
    expect(await published()).toBe(0);
    await until(async () => (await published()) === 600);
  });

  it('does not wait for a few requests at a time', async () => {
    start(new RelayLoop(producer, nats, log, requests(CROWD)));
    await producer.transaction(async (tx) => emit(tx, 1));
    await until(async () => (await published()) === 1);
  });
});

describe('a consumer', () => {
  const send = (count: number) => producer.transaction((tx) => {
    numbers(count).forEach((n) => emit(tx, n));
    return Promise.resolve();
  });

  it('applies each event once with two instances of the room', async () => {
    start(new RelayLoop(producer, nats, log));
    start(new ConsumerLoop(reader, nats, 'fraud', subscription(write), log));
    start(new ConsumerLoop(await test.open('fraud'), nats, 'fraud', subscription(write), log));
    await send(300);
    await until(async () => (await seen()).length >= 300);
    await test.rows('insert into relationships.outbox_unsent select id from relationships.outbox'); // all of them once more
    await sleep(1_000);
    expect(await seen()).toEqual(numbers(300));
  });

  it('puts a message that fails again and again into the dead letters, and lets it block none of its neighbours', async () => {
    let isMended = false;
    const handle = async (tx: Transaction, events: ReceivedEvent<{ n: number }>[]) => {
      if (!isMended && events.some(({ data }) => data.n === 7)) throw new Error('seven is broken');
      await write(tx, events);
    };
    start(new RelayLoop(producer, nats, log));
    start(new ConsumerLoop(reader, nats, 'fraud', subscription(handle), log));
    await send(20);
    await until(async () => (await seen()).length === 19, 3_000);
    await until(async () => (await test.rows('select 1 from fraud.dead_letter')).length === 1);
    expect(await test.rows('select type, error, attempts, redriven_at from fraud.dead_letter')).toEqual([
      { type: kind.type, error: 'seven is broken', attempts: 5, redriven_at: null },
    ]);

    const Plumbing = plumbingController('fraud', () => subscription(handle));
    const controller = new Plumbing({ db: reader, log }) as unknown as { redrive(input: object, meta: object): Promise<{ value: unknown }> };
    const [letter] = await test.rows<{ event_id: string }>('select event_id from fraud.dead_letter');
    expect((await controller.redrive({ id: letter!.event_id }, {})).value).toEqual({ outcome: 'failed', error: 'seven is broken' });
    isMended = true;
    expect((await controller.redrive({ id: letter!.event_id }, {})).value).toEqual({ outcome: 'applied', error: null });
    expect(await seen()).toEqual(numbers(20));
  }, 30_000);

  it('puts aside what is no event at all', async () => {
    start(new RelayLoop(producer, nats, log));
    start(new ConsumerLoop(reader, nats, 'fraud', subscription(write), log));
    nats.publish(`events.${kind.type}`, 'not even JSON');
    await send(3);
    await until(async () => (await seen()).length === 3, 3_000);
    await until(async () => (await test.rows('select 1 from fraud.dead_letter')).length === 1);
    expect(await test.rows('select body from fraud.dead_letter')).toEqual([{ body: { text: 'not even JSON' } }]);
  }, 30_000);
});
