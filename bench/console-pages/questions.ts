import {
  access, apiKeys, audit, batchRewards, codes, deadLetters, eventLog, fraud, insights, me, notifications, relationships, rewards, scheduler, type Contract,
} from '@referrals/contracts';
import { encodeCursor } from '@referrals/persistence';
import type pg from 'pg';

/** What a page asks. */
export interface Question {
  contract: Contract;
  input: Record<string, unknown>;
}

/** A list, and where its middle is. */
interface List extends Question {
  /** the sort key as columns, and of which rows */
  key: string[];
  of: string;
}

/** The first sharer is the one whose lists are long. */
export const FAMOUS = 'sharer-1';
const userId = FAMOUS;
const DAYS = 90;
/** Spread over the year that is generated. */
const dates = (now: Date): { from: string; to: string } => ({ from: new Date(now.getTime() - DAYS * 86_400_000).toISOString().slice(0, 10), to: now.toISOString().slice(0, 10) });

const LISTS: List[] = [
  ...([{}, { status: 'pending' }, { priority: 'high' }, { status: 'pending', priority: 'high' }, { status: 'escalated' }] as Record<string, string>[]).map((by) =>
    ({ contract: fraud.listReviews, input: { ...by, limit: 50 }, key: ['priority', 'id'], of: `fraud.review where ${where(by)}` })),
  ...([{}, { status: 'delivered' }, { status: 'failed' }, { status: 'pending' }] as Record<string, string>[]).map((by) =>
    ({ contract: notifications.listDeliveries, input: { ...by, limit: 25 }, key: ['id'], of: `notifications.delivery where ${where(by)}` })),
  ...([{}, { status: 'paid' }, { status: 'held' }, { status: 'pending' }, { status: 'clawed_back' }] as Record<string, string>[]).map((by) =>
    ({ contract: rewards.listBonuses, input: { userId, ...by, limit: 25 }, key: ['id'], of: `rewards.bonus where user_id = '${userId}' and ${where(by)}` })),
  { contract: rewards.listLedger, input: { userId, limit: 30 }, key: ['id', "'0'::text"], of: `rewards.transfer where credit_account in (select id from rewards.account where user_id = '${userId}')` },
  { contract: relationships.listReferrals, input: { userId, limit: 25 }, key: [`to_json(arrived_at) #>> '{}'`, 'id'], of: `relationships.referral where referrer_id = '${userId}'` },
  { contract: fraud.listUserNotes, input: { userId, limit: 25 }, key: ['id'], of: `fraud.user_note where user_id = '${userId}'` },
  { contract: codes.list, input: { userId, limit: 25 }, key: ['id'], of: `codes.code where user_id = '${userId}'` },
  { contract: codes.search, input: { type: 'campaign', limit: 25 }, key: ['id'], of: `codes.code where type = 'campaign'` },
  { contract: eventLog.list, input: { limit: 40 }, key: ['id'], of: 'rewards.outbox' },
  { contract: audit.list, input: { limit: 30 }, key: ['id'], of: 'rewards.audit' },
  { contract: deadLetters.list, input: { limit: 25 }, key: ['event_id', "'rewards'::text"], of: 'rewards.dead_letter' },
  { contract: me.bonuses, input: { status: 'held', limit: 20 }, key: ['id'], of: `rewards.bonus where user_id = '${userId}' and status = 'held'` },
  { contract: me.bonuses, input: { status: 'pending', limit: 20 }, key: ['id'], of: `rewards.bonus where user_id = '${userId}' and status = 'pending'` },
  { contract: fraud.listPatterns, input: { limit: 25 }, key: ['id'], of: 'fraud.pattern' },
  { contract: fraud.listRings, input: { limit: 25 }, key: ['size', 'id'], of: 'fraud.ring' },
  { contract: notifications.listEndpoints, input: { limit: 25 }, key: ['id'], of: 'notifications.endpoint' },
  { contract: scheduler.listProgrammes, input: { limit: 50 }, key: ['version'], of: 'common.programme' },
  { contract: apiKeys.list, input: { limit: 25 }, key: ['id'], of: 'gateway.api_key' },
];

function where(by: Record<string, string>): string {
  return ['true', ...Object.entries(by).map(([column, value]) => `${column} = '${value}'`)].join(' and ');
}

const SINGLE: Question[] = [
  { contract: insights.overview, input: {} }, { contract: insights.daily, input: {} }, { contract: insights.daily, input: { appId: 'chat' } },
  { contract: insights.leaderboard, input: { period: 'all', limit: 10 } }, { contract: insights.leaderboard, input: { period: 'month', limit: 10 } },
  { contract: insights.userStats, input: { userId } }, { contract: batchRewards.getBatchReward, input: { userId } },
  { contract: rewards.getBalances, input: { userId } }, { contract: rewards.getTier, input: { userId } }, { contract: access.getAccess, input: { userId } },
  { contract: relationships.getReferralOf, input: { userId: 'referee-1' } },
  { contract: codes.search, input: { code: 'G000000001', limit: 1 } },
  { contract: scheduler.getProgramme, input: {} }, { contract: scheduler.listJobs, input: {} }, { contract: scheduler.exportUser, input: { userId: 'referee-1' } },
  { contract: me.stats, input: {} }, { contract: me.code, input: {} }, { contract: me.access, input: {} }, { contract: me.balances, input: {} },
  { contract: me.leaderboard, input: { period: 'all', limit: 10 } }, { contract: me.leaderboard, input: { period: 'month', limit: 10 } },
];

/** Each list from its beginning, and from its middle where it has one. @param owner reads sort keys */
export async function questions(owner: pg.Pool, now: Date): Promise<Question[]> {
  const one = async (sql: string): Promise<string> => (await owner.query<{ id: string }>(sql)).rows[0]!.id;
  const middles = await Promise.all(LISTS.map(async (list) => {
    const cursor = await middleOf(owner, list);
    return cursor === null ? [] : [{ contract: list.contract, input: { ...list.input, cursor } }];
  }));
  return [
    ...SINGLE, { contract: insights.daily, input: dates(now) },
    { contract: fraud.getReview, input: { id: await one('select id from fraud.review order by id limit 1') } },
    { contract: rewards.getBonus, input: { bonusId: await one('select id from rewards.bonus order by id limit 1') } },
    ...LISTS.map(({ contract, input }) => ({ contract, input })), ...middles.flat(),
  ];
}

async function middleOf(owner: pg.Pool, { key, of }: List): Promise<string | null> {
  const { rows } = await owner.query<{ key: string[] }>(
    `select array[${key.map((column) => `(${column})::text`).join(', ')}] as key from ${of} order by ${key.join(', ')} offset (select count(*) / 2 from ${of}) limit 1`);
  return rows[0] ? encodeCursor(rows[0].key) : null;
}

/** What is asked without a database to look into: for the comparison with the pages. */
export const ASKED: Contract[] = [...SINGLE, ...LISTS].map(({ contract }) => contract).concat(fraud.getReview, rewards.getBonus);
