import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openLog } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { v7 as uuidv7 } from 'uuid';
import { redrive, type RedriveContext } from './redrive.js';

describe('the re-drive', () => {
  let t: TestDatabase;
  let db: Database;
  let reader: Database;
  let asked: { producer: string; ids: string[] }[];
  let waiting: Date | null;

  beforeAll(async () => {
    t = await TestDatabase.create();
    db = await t.open('scheduler');
    reader = await t.open('reconciler');
  });
  afterAll(() => t.close());
  beforeEach(async () => {
    asked = [];
    waiting = null;
    await t.rows('truncate relationships.outbox, relationships.outbox_unsent, rewards.outbox, fraud.inbox, rewards.inbox, scheduler.redrive_watermark');
  });

  const context = (): RedriveContext => ({
    db, reader,
    producers: ['relationships', 'rewards'],
    plans: [{ room: 'fraud', types: ['referral.registered'] }, { room: 'rewards', types: ['referral.registered', 'referral.activated'] }],
    republish: async (producer, ids) => void asked.push({ producer, ids }),
    waitingSince: async () => waiting,
    log: openLog('scheduler', { level: 'silent' }),
  });
  const tell = async (ageSeconds: number, { type = 'referral.registered', room = 'relationships' } = {}): Promise<string> => {
    const id = uuidv7();
    await t.rows(
      `insert into ${room}.outbox (id, type, aggregate_id, body, recorded_at) values ($1, $2, 'x', '{}', clock_timestamp() - make_interval(secs => $3))`,
      [id, type, ageSeconds],
    );
    return id;
  };
  const receive = (room: string, ...ids: string[]) => t.rows(`insert into ${room}.inbox (event_id) select unnest($1::uuid[])`, [ids]);
  const aged = async (): Promise<Set<string>> => {
    asked = [];
    await redrive(context(), 'aged');
    return new Set(asked.flatMap(({ ids }) => ids));
  };
  const watermarkAge = async (consumer: string) =>
    (await t.rows<{ age: number }>(
      `select extract(epoch from clock_timestamp() - received_until)::float as age from scheduler.redrive_watermark where producer = 'relationships' and consumer = $1`,
      [consumer],
    ))[0]!.age;

  it('asks the producer for what an inbox lacks, and for nothing else', async () => {
    const [received, lackedByOne, lackedByBoth, unread, young, ofAnother] = [
      await tell(600), await tell(500), await tell(400), await tell(400, { type: 'referral.retained' }), await tell(30), await tell(90, { room: 'rewards' }),
    ];
    await receive('fraud', received, lackedByOne);
    await receive('rewards', received);
    await redrive(context(), 'aged');
    expect(asked).toEqual([
      { producer: 'relationships', ids: [lackedByBoth] },
      { producer: 'rewards', ids: [ofAnother] },
      { producer: 'relationships', ids: [lackedByOne, lackedByBoth] },
      { producer: 'rewards', ids: [ofAnother] },
    ]);
    expect([unread, young].filter((id) => asked.some(({ ids }) => ids.includes(id)))).toEqual([]);
  });

  it('counts a dead letter as received', async () => {
    const letter = await tell(300);
    await t.rows(`insert into fraud.dead_letter (event_id, type, body, error, attempts, created_at) values ($1, 'referral.registered', '{}', 'x', 5, clock_timestamp())`, [letter]);
    await receive('fraud', letter);
    await receive('rewards', letter);
    expect(await aged()).toEqual(new Set());
  });

  it('asks for everything that is lacking, however young, when the store was lost', async () => {
    const [old, young] = [await tell(600), await tell(0)];
    expect(await redrive(context(), 'all')).toBe(4);
    expect(new Set(asked.flatMap(({ ids }) => ids))).toEqual(new Set([old, young]));
  });

  it('begins with the event that was recorded first, whatever the ids say', async () => {
    const [second, first] = [await tell(600), await tell(4_000)];
    expect(await aged()).toEqual(new Set([first, second]));
  });

  it('looks back 14 days', async () => {
    const [within, beyond] = [await tell(14 * 86_400 - 60), await tell(14 * 86_400 + 60)];
    expect(await aged()).toEqual(new Set([within]));
    expect(beyond).not.toBe(within);
  });

  it('goes on asking until the inbox has it', async () => {
    const id = await tell(600);
    expect(await aged()).toEqual(new Set([id]));
    expect(await aged()).toEqual(new Set([id]));
    await receive('fraud', id);
    await receive('rewards', id);
    expect(await aged()).toEqual(new Set());
  });

  it('keeps its watermark before what is lacking, and two minutes before the present', async () => {
    const [lacking, later] = [await tell(900), await tell(300)];
    await receive('fraud', later);
    await receive('rewards', lacking, later);
    await aged();
    expect(await watermarkAge('fraud')).toBeGreaterThanOrEqual(900);
    expect(await watermarkAge('rewards')).toBeGreaterThanOrEqual(120);
    expect(await watermarkAge('rewards')).toBeLessThan(130);
  });

  it('finds what commits late, after its neighbours were looked at', async () => {
    await receive('fraud', await tell(200));
    await aged();
    const late = await tell(110);
    expect((await aged()).has(late)).toBe(true);
  });

  it('does not ask for what still waits for the consumer in the stream', async () => {
    const [lost, waits] = [await tell(1_200), await tell(600)];
    waiting = new Date(Date.now() - 650_000);
    expect(await aged()).toEqual(new Set([lost]));
    waiting = null;
    expect(await aged()).toEqual(new Set([lost, waits]));
  });

  it('leaves to the relay what is unsent, and does not pass it', async () => {
    const id = await tell(600);
    await t.rows('insert into relationships.outbox_unsent values ($1)', [id]);
    expect(await aged()).toEqual(new Set());
    expect(await watermarkAge('fraud')).toBeGreaterThanOrEqual(600);
    await t.rows('truncate relationships.outbox_unsent');
    expect(await aged()).toEqual(new Set([id]));
  });

  it('asks the other rooms when one does not answer, and says so afterwards', async () => {
    const [theirs, mine] = [await tell(600, { room: 'rewards' }), await tell(600)];
    const failing = { ...context(), republish: async (producer: string, ids: string[]) => {
      if (producer === 'relationships') throw new Error('unavailable');
      asked.push({ producer, ids });
    } };
    await expect(redrive(failing, 'all')).rejects.toThrow('no re-drive from relationships');
    expect(new Set(asked.flatMap(({ ids }) => ids))).toEqual(new Set([theirs]));
    expect(await aged()).toEqual(new Set([theirs, mine]));
  });

  it('pages through more than one request may carry', async () => {
    await t.rows(`insert into relationships.outbox (id, type, aggregate_id, body, recorded_at)
      select gen_random_uuid(), 'referral.activated', 'x', '{}', clock_timestamp() - interval '10 minutes' + n * interval '10 ms' from generate_series(1, 12000) n`);
    expect((await aged()).size).toBe(12_000);
    expect(Math.max(...asked.map(({ ids }) => ids.length))).toBeLessThanOrEqual(5_000);
  });

  describe('reads as a role', () => {
    it.each([
      'select body from relationships.outbox', 'select * from fraud.fact', 'select error from rewards.dead_letter', 'select * from scheduler.job_run',
      'delete from fraud.inbox', `insert into relationships.outbox_unsent values ('00000000-0000-0000-0000-000000000000')`,
    ])('that may not: %s', async (statement) => {
      await expect(reader.rows(statement)).rejects.toMatchObject({ code: '42501' });
    });

    it('that the scheduler itself cannot stand in for', async () => {
      await expect(db.rows('select id from relationships.outbox')).rejects.toMatchObject({ code: '42501' });
    });
  });
});
