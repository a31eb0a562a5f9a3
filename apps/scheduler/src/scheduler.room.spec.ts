import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { readEnv } from '@referrals/config';
import { scheduler } from '@referrals/contracts';
import { Bus, connectNats, startRoom, STREAM, type RunningRoom } from '@referrals/messaging';
import { startNats, type NatsServer } from '@referrals/servers';
import { TestDatabase } from '@referrals/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TIMETABLE } from './jobs.js';
import { schedulerRoom } from './scheduler.room.js';

describe('the scheduler as a room', () => {
  let t: TestDatabase;
  let server: NatsServer;
  let folder: string;
  let nats: NatsConnection;
  let bus: Bus;
  let running: RunningRoom;

  beforeAll(async () => {
    t = await TestDatabase.create();
    await t.setClock(new Date('2026-06-15T12:00:00.000Z'));
    folder = await mkdtemp(join(tmpdir(), 'scheduler-'));
    server = await startNats({ dataDir: folder });
    nats = await connectNats(server.url, 'spec');
    bus = new Bus(nats, 11_000);
    nats.subscribe('fraud.rotateSealingKeys', {
      callback: (_error, message) => void message.respond(JSON.stringify({ response: { processed: 2, changed: 1 }, isDisposed: true })),
    });
    const env = readEnv({
      DATA_DIR: folder, NATS_URL: server.url, TEST_CLOCK: '1', LOG_LEVEL: 'silent',
      SCHEDULER_DATABASE_URL: t.urlOf('scheduler'), RECONCILER_DATABASE_URL: t.urlOf('reconciler'),
    });
    running = await startRoom(schedulerRoom, env);
  });
  afterAll(async () => {
    await running.stop();
    await nats.close();
    await server.stop();
    await rm(folder, { recursive: true });
    await t.close();
  });

  it('has made the stream once it is started', async () => {
    expect((await (await jetstreamManager(nats)).streams.info(STREAM)).config.subjects).toEqual(['events.>']);
  });

  it('lists its timetable', async () => {
    const { data } = await bus.request(scheduler.listJobs, {});
    expect(data.map(({ name, everySeconds }) => [name, everySeconds])).toEqual(TIMETABLE.map(({ name, everySeconds }) => [name, everySeconds]));
    expect(data).toEqual(expect.arrayContaining([
      expect.objectContaining({ name: 'retention-check', everySeconds: 3_600 }), expect.objectContaining({ name: 'hold-release', everySeconds: 60 }),
      expect.objectContaining({ name: 'reconcile', everySeconds: 86_400 }), expect.objectContaining({ name: 'statistics-rebuild', everySeconds: null }),
    ]));
  });

  it('runs a job by hand and keeps the run', async () => {
    const run = await bus.request(scheduler.runJob, { name: 'sealing-keys' });
    expect(run).toMatchObject({ status: 'succeeded', processed: 2, changed: 1, trigger: 'hand' });
    expect(await bus.request(scheduler.getRun, { name: 'sealing-keys', id: run.id })).toEqual(run);
  });

  it('refuses a job that does not exist', async () => {
    await expect(bus.request(scheduler.runJob, { name: 'no-such-job' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('starts nothing while the clock stands, and everything that is due once it runs', async () => {
    await sleep(1_500);
    expect(await t.rows(`select job from scheduler.job_run where trigger = 'timetable'`)).toEqual([]);
    const now = '2026-07-01T00:00:00.000Z';
    expect(await bus.request(scheduler.setClock, { now, running: true })).toEqual({ now, running: true });
    const due = TIMETABLE.filter(({ everySeconds }) => everySeconds !== null).map(({ name }) => ({ job: name }));
    for (let count = 0; count < due.length; await sleep(100)) {
      count = (await t.rows(`select job from scheduler.job_run where trigger = 'timetable'`)).length;
    }
    expect(await t.rows(`select distinct job from scheduler.job_run where trigger = 'timetable' order by job`)).toEqual(
      due.sort((a, b) => (a.job < b.job ? -1 : 1)));
  });
});
