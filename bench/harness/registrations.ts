import type pg from 'pg';
import { sleep, untilNone } from './measure.js';
import type { Request } from './http.js';

export interface Referrer {
  codeId: string;
  userId: string;
  code: string;
}

/** Users with a code each; enough of them that none reaches the daily limit of twenty. */
export async function makeReferrers(owner: pg.Pool, count: number): Promise<Referrer[]> {
  await owner.query(
    `insert into codes.code (id, user_id, code, lookup_key, type, created_at)
     select rewards.uuid_v7(), 'inviter-' || n, 'B' || lpad(n::text, 8, '0'), 'B' || lpad(n::text, 8, '0'), 'auto', common.now() from generate_series(1, $1::int) n`, [count]);
  // statistics as autovacuum keeps them
  await owner.query('analyze codes.code');
  const { rows } = await owner.query<Referrer>(`select id as "codeId", user_id as "userId", code from codes.code where user_id like 'inviter-%' order by code`);
  return rows;
}

let count = 0;
const run = process.hrtime.bigint().toString(36);
/** A user that no round before has named. */
export const freshUser = (): string => `${run}-${(count += 1)}`;

/** Requests to register a fresh user, with an idempotency key each, over the given codes in turn. */
export function registrations(codes: readonly string[]): () => Request {
  let turn = Math.floor(Math.random() * codes.length);
  return () => {
    const refereeId = freshUser();
    const body = JSON.stringify({ refereeId, code: codes[(turn += 1) % codes.length], appId: 'chat' });
    return { path: '/v1/referrals', body, headers: { 'idempotency-key': refereeId } };
  };
}

/** A bonus that waits for room in its referrer's day, as a campaigner's do, has been dealt with. */
const UNPAID = `select (select count(*) from relationships.referral)::int * 2 - (select count(*) from rewards.bonus where status <> 'pending' and event = 'registered')::int as missing`;

export async function unpaid(owner: pg.Pool): Promise<number> {
  const { rows } = await owner.query<{ missing: number }>(UNPAID);
  return rows[0]!.missing;
}

/** Each look reads every referral and bonus there is: seldom enough, and it takes nothing from those who are watched. */
export const LOOK_MS = 500;

/** Waits until the bonuses of every registration are paid. @returns seconds */
export const untilPaid = (owner: pg.Pool): Promise<number> => untilNone(() => unpaid(owner), 600, LOOK_MS);

const PROGRESS = `select concat_ws('-', (select count(*) from codes.inbox), (select count(*) from relationships.inbox), (select count(*) from rewards.inbox),
  (select count(*) from fraud.inbox), (select count(*) from insights.inbox), (select count(*) from notifications.inbox)) as progress`;
/** No room takes so long for a group of events. */
const STILL_MS = 1_500;

/** Waits until no room has received anything for a while. @returns seconds, without that while */
export async function untilStill(owner: pg.Pool): Promise<number> {
  const from = performance.now();
  for (let [last, since] = ['', from]; ; await sleep(LOOK_MS)) {
    const { progress } = (await owner.query<{ progress: string }>(PROGRESS)).rows[0]!;
    if (progress !== last) [last, since] = [progress, performance.now()];
    if (performance.now() - since > STILL_MS) return (since - from) / 1_000;
  }
}

/** Waits until the bonuses of every registration are paid and all is still. @returns seconds */
export const untilQuiet = async (owner: pg.Pool): Promise<number> => (await untilPaid(owner)) + (await untilStill(owner));
