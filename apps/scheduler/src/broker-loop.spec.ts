import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectNats, openLog, STREAM, type ConsumerPlan } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { startNats, type NatsServer } from '@referrals/servers';
import { TestDatabase } from '@referrals/testing';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { BrokerLoop } from './broker-loop.js';
import type { RedriveContext } from './redrive.js';
import { Broker } from './watch-broker.js';

const PLANS: ConsumerPlan[] = [{ room: 'fraud', types: ['referral.registered'] }, { room: 'codes', types: ['referral.registered', 'user.updated'] }];
const CONSUMERS = ['codes_referral-registered', 'codes_user-updated', 'fraud_referral-registered'];

describe('the broker loop', () => {
  let t: TestDatabase;
  let db: Database;
  let reader: Database;
  let nats: NatsConnection;
  let server: NatsServer;
  let folder: string;
  let asked: string[];

  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('scheduler');
    reader = await t.open('reconciler');
    folder = await mkdtemp(join(tmpdir(), 'broker-'));
    server = await startNats({ dataDir: folder });
    nats = await connectNats(server.url, 'scheduler');
  });
  afterAll(async () => {
    await nats.close();
    await server.stop();
    await rm(folder, { recursive: true });
    await t.close();
  });
  beforeEach(async () => {
    asked = [];
    await loseStore();
    await t.rows('truncate relationships.outbox, scheduler.stream_life, scheduler.redrive_watermark');
  });

  const loseStore = async (): Promise<void> => {
    const manager = await jetstreamManager(nats);
    for await (const stream of manager.streams.list()) if (stream.config.name === STREAM) await manager.streams.delete(STREAM);
  };
  const consumers = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const { name } of (await jetstreamManager(nats)).consumers.list(STREAM)) names.push(name);
    return names.sort();
  };
  const loop = (broker: Broker): BrokerLoop => {
    const log = openLog('scheduler', { level: 'silent' });
    const context: RedriveContext = {
      db, reader, log, plans: PLANS, producers: ['relationships'],
      republish: async (_producer, ids) => void asked.push(...ids),
      waitingSince: (plan) => broker.waitingSince(plan),
    };
    return new BrokerLoop(broker, context, db, log);
  };
  const tell = async (ageSeconds: number): Promise<string> => {
    const id = uuidv7();
    await t.rows(
      `insert into relationships.outbox (id, type, aggregate_id, body, recorded_at) values ($1, 'user.updated', 'x', '{}', clock_timestamp() - make_interval(secs => $2))`,
      [id, ageSeconds],
    );
    return id;
  };

  it('makes the stream and every consumer, and then finds nothing to do', async () => {
    const broker = new Broker(nats, [], PLANS);
    expect((await broker.look()).made).toBe(true);
    expect(await consumers()).toEqual(CONSUMERS);
    expect((await broker.look()).made).toBe(false);
  });

  it('makes again a consumer that is missing, though strangers read the stream too', async () => {
    const broker = new Broker(nats, [], PLANS);
    const { place: { life } } = await broker.look();
    const manager = await jetstreamManager(nats);
    await manager.consumers.delete(STREAM, 'codes_user-updated');
    await manager.consumers.add(STREAM, { durable_name: 'stranger' });
    expect(await broker.look()).toMatchObject({ place: { life }, made: true, forgot: false });
    expect(await consumers()).toEqual([...CONSUMERS, 'stranger']);
  });

  it('asks at once for all that is lacking when the broker has lost its store, and not again after that', async () => {
    const watch = loop(new Broker(nats, [], PLANS));
    await watch.look();
    const young = await tell(0);
    await watch.look();
    expect(asked).toEqual([]);
    await loseStore();
    await watch.look();
    expect(asked).toEqual([young]);
    await watch.look();
    expect(asked).toEqual([young]);
  });

  it('notices a lost store also when another scheduler has made the stream anew', async () => {
    const watch = loop(new Broker(nats, [], PLANS));
    await watch.look();
    const young = await tell(0);
    await loseStore();
    await new Broker(nats, [], PLANS).look();
    await watch.look();
    expect(asked).toEqual([young]);
  });

  it('does the same when the server comes back with an empty folder', async () => {
    const watch = loop(new Broker(nats, [], PLANS));
    await watch.look();
    const young = await tell(0);
    await server.stop();
    await rm(join(folder, 'store'), { recursive: true });
    await expect(watch.look()).rejects.toThrow();
    server = await startNats({ dataDir: folder, port: server.port });
    while (asked.length === 0) await watch.look().catch(() => undefined);
    expect(asked).toEqual([young]);
    expect(await consumers()).toEqual(CONSUMERS);
  });

  describe('after a power cut, when the stream has lost its end and its consumers remember it', () => {
    const messages = (): string => join(folder, 'store/jetstream/$G/streams', STREAM, 'msgs');
    const publish = async (text: string): Promise<void> => void (await jetstream(nats).publish('events.user.updated', text));
    const read = async (): Promise<string[]> => {
      const texts: string[] = [];
      const consumer = await jetstream(nats).consumers.get(STREAM, 'codes_user-updated');
      for (let message; (message = await consumer.next({ expires: 1_000 })); await message.ackAck()) texts.push(message.string());
      return texts;
    };
    const restart = async (meanwhile: () => Promise<void>): Promise<void> => {
      process.kill(server.pid, 'SIGKILL');
      await server.stop();
      await meanwhile();
      server = await startNats({ dataDir: folder, port: server.port });
      const manager = await jetstreamManager(nats, { timeout: 300, checkAPI: false });
      while (!(await manager.streams.info(STREAM).catch(() => null)));
    };
    /** What `forgotten` publishes is told and read, and then gone with the power. */
    const cutPower = async (forgotten: () => Promise<void>): Promise<void> => {
      const kept = join(folder, 'kept');
      await restart(() => cp(messages(), kept, { recursive: true }));
      await forgotten();
      await restart(async () => {
        await rm(messages(), { recursive: true });
        await cp(kept, messages(), { recursive: true });
        await rm(kept, { recursive: true });
      });
    };

    it('asks for all that is lacking, and no new event is skipped', async () => {
      const watch = loop(new Broker(nats, [], PLANS));
      await watch.look();
      await publish('kept');
      await cutPower(async () => {
        for (const text of ['lost', 'lost too', 'and this']) await publish(text);
        expect(await read()).toEqual(['kept', 'lost', 'lost too', 'and this']);
        await watch.look();
      });
      await publish('new'); // bears the number of one that was read
      expect(await read()).toEqual([]);
      const young = await tell(0);
      await watch.look();
      expect(asked).toEqual([young]);
      expect(await read()).toEqual(['kept', 'new']);
      await watch.look();
      expect(asked).toEqual([young]);
    });

    it('notices also when as many new events have come since, and in another process', async () => {
      await loop(new Broker(nats, [], PLANS)).look();
      await publish('kept');
      await cutPower(async () => {
        await publish('lost');
        await read();
        await loop(new Broker(nats, [], PLANS)).look();
      });
      await publish('skipped');
      await publish('new');
      expect(await read()).toEqual(['new']);
      await loop(new Broker(nats, [], PLANS)).look();
      expect(await read()).toEqual(['kept', 'skipped', 'new']);
    });

    it('does nothing when nothing was forgotten', async () => {
      const watch = loop(new Broker(nats, [], PLANS));
      await watch.look();
      await publish('kept');
      expect(await read()).toEqual(['kept']);
      await watch.look();
      await restart(() => Promise.resolve());
      await tell(0);
      await publish('new');
      await watch.look();
      expect(asked).toEqual([]);
      expect(await read()).toEqual(['new']);
    });
  });

  it('asks for all that is lacking while no store is known to have heard it', async () => {
    const young = await tell(0);
    const watch = loop(new Broker(nats, [], PLANS));
    await watch.look();
    await watch.look();
    expect(asked).toEqual([young]);
  });

  it('asks when it begins anew for what has been lacking for more than a minute', async () => {
    await loop(new Broker(nats, [], PLANS)).look();
    const [old] = [await tell(120), await tell(0)];
    await loop(new Broker(nats, [], PLANS)).look();
    expect(asked).toEqual([old]);
  });

  it('knows since when a consumer has been waited for', async () => {
    const broker = new Broker(nats, [], PLANS);
    await broker.look();
    expect(await broker.waitingSince(PLANS[0]!)).toBeNull();
    const publisher = jetstream(nats);
    await publisher.publish('events.user.updated', '{}');
    const { seq } = await publisher.publish('events.referral.registered', '{}');
    const stored = await (await jetstreamManager(nats)).streams.getMessage(STREAM, { seq });
    const since = await broker.waitingSince(PLANS[0]!);
    expect(since!.getTime()).toBeLessThanOrEqual(stored!.time.getTime());
    expect(stored!.time.getTime() - since!.getTime()).toBeLessThan(10_000);
    const consumer = await publisher.consumers.get(STREAM, 'fraud_referral-registered');
    const message = await consumer.next();
    expect(await broker.waitingSince(PLANS[0]!)).not.toBeNull();
    await message!.ackAck();
    expect(await broker.waitingSince(PLANS[0]!)).toBeNull();
  });
});
