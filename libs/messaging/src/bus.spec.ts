import 'reflect-metadata';
import { Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { contract } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { startTestNats, type TestNats } from '@referrals/testing';
import { Bus, type RequestMeta } from './bus.js';
import { cut } from './group-packet.js';
import { Read, type RoomController } from './handle.js';
import { openLog } from './log.js';
import { connectNats } from './nats.js';
import { Room } from './room.js';
import { nestLogger } from './start-room.js';
import { RoomServer } from './room-server.js';

const Doubled = z.object({ doubled: z.int(), key: z.string().optional() });
const double = contract('test.double', 'twice a number; nothing of negative ones, none of 13', { group: 100, request: z.strictObject({ n: z.int(), more: z.string().optional() }), reply: Doubled });
const log = openLog('test', { level: 'silent' });

@Controller()
class TestController implements RoomController {
  constructor(@Inject(Room) readonly room: Room) {}

  @Read(double)
  async double({ n }: { n: number }, meta: RequestMeta): Promise<z.output<typeof Doubled>> {
    await sleep(20);
    if (n < 0) throw new Refusal('exhausted');
    if (n === 13) throw new Error('a fault');
    return { doubled: n * 2, ...(meta.idempotency && { key: meta.idempotency.key }) };
  }
}

@Module({})
class TestModule {}

let broker: TestNats;
let nats: NatsConnection;
let stop: () => Promise<void>;
/** requests as they went over the broker */
const messages: string[] = [];

beforeAll(async () => {
  broker = await startTestNats();
  const [own, listener] = [await connectNats(broker.url, 'test'), await connectNats(broker.url, 'listener')];
  nats = await connectNats(broker.url, 'caller');
  listener.subscribe(double.subject, { callback: (_error, message) => void messages.push(message.string()) });
  await listener.flush();
  const app = await NestFactory.createMicroservice(
    { module: TestModule, controllers: [TestController], providers: [{ provide: Room, useValue: { name: 'test' } }] },
    { strategy: new RoomServer(own, 'test', log), logger: nestLogger(log), abortOnError: false });
  await app.listen();
  await own.flush();
  stop = async () => {
    await app.close();
    for (const connection of [own, listener, nats]) await connection.close();
  };
});
afterAll(async () => {
  await stop();
  await broker.stop();
});

const ask = (bus: Bus, n: number, meta: RequestMeta = {}) => bus.request(double, { n }, meta);
const words = (results: PromiseSettledResult<unknown>[]) =>
  results.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as Refusal).code));

describe('requests that come in crowds', () => {
  it('travel together, each with its own outcome and its own idempotency key', async () => {
    messages.length = 0;
    const bus = new Bus(nats);
    const asked = [1, -1, 13, 4].map((n) => ask(bus, n, n === 4 ? { idempotency: { key: 'k', bodyHash: 'h' } } : {}));
    expect(words(await Promise.allSettled(asked))).toEqual([{ doubled: 2 }, 'exhausted', 'internal', { doubled: 8, key: 'k' }]);
    expect(words(await Promise.allSettled([bus.request(double, { n: 'no' as never }), ask(bus, 5)]))).toEqual(['invalid_request', { doubled: 10 }]);
    expect(messages).toHaveLength(2);
  });

  it('leave a lone one as the framework sends it', async () => {
    messages.length = 0;
    expect(await ask(new Bus(nats), 21)).toEqual({ doubled: 42 });
    expect(messages.map((message) => JSON.parse(message) as unknown)).toEqual([{ pattern: 'test.double', data: { n: 21 }, id: '1' }]);
  });

  it('answer all of them when no room does', async () => {
    const nobody = { ...double, subject: 'test.nobody' };
    const bus = new Bus(nats, 300);
    expect(words(await Promise.allSettled([1, 2, 3].map((n) => bus.request(nobody, { n }))))).toEqual(['unavailable', 'unavailable', 'unavailable']);
  });

  it('are cut so that each message carries what it may', async () => {
    messages.length = 0;
    const bus = new Bus(nats);
    const more = 'x'.repeat(20_000);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => bus.request(double, { n: n + 20, more })));
    expect(answers.map(({ doubled }) => doubled)).toEqual(Array.from({ length: 20 }, (_, n) => (n + 20) * 2));
    expect(messages.length).toBeLessThan(20);
    expect(Math.max(...messages.map((message) => message.length))).toBeLessThan(nats.info!.max_payload / 8 + 100);
  });
});

describe('cutting', () => {
  it('keeps the order, and lets a text that is too long travel alone', () => {
    expect(cut(['aa', 'b', 'cccccccc', 'd', 'e'], 40)).toEqual([['aa', 'b'], ['cccccccc'], ['d', 'e']]);
    expect(cut([])).toEqual([]);
  });
});
