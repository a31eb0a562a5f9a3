import type pg from 'pg';
import { isAcknowledged, type Body, type Registered, type Sent, type Verb } from '../load/history.js';
import { difference, type Difference } from './difference.js';
import type { Heard, Registration } from './model.js';

/** How the facts of a verb are told apart, in what was sent and in what is stored. */
interface Kind {
  verb: Verb;
  stored: string;
  keyOf: (body: Body) => string;
}

const joined = (...fields: string[]) => (body: Body): string => fields.map((field) => String(body[field])).join(' ');
const seconds = (body: Body): string => String(Date.parse(String(body['occurredAt'])));
const MS = '(extract(epoch from occurred_at) * 1000)::bigint';

const KINDS: Kind[] = [
  {
    verb: 'activity', stored: `select id || ' ' || user_id || ' ' || kind || ' ' || ${MS} as key from relationships.activity`,
    keyOf: (body) => `${joined('id', 'userId', 'kind')(body)} ${seconds(body)}`,
  },
  {
    verb: 'payment', stored: `select id || ' ' || user_id || ' ' || amount || ' ' || status || ' ' || kind || ' ' || ${MS} as key from rewards.payment`,
    keyOf: (body) => `${joined('id', 'userId', 'amount', 'status', 'kind')(body)} ${seconds(body)}`,
  },
  {
    verb: 'refund', stored: `select id || ' ' || payment_id || ' ' || amount || ' ' || ${MS} as key from rewards.refund`,
    keyOf: (body) => `${joined('id', 'paymentId', 'amount')(body)} ${seconds(body)}`,
  },
  {
    verb: 'dispute', stored: `select dispute_id || ' ' || payment_id || ' ' || status || ' ' || ${MS} as key from rewards.dispute_report`,
    keyOf: (body) => `${joined('id', 'paymentId', 'status')(body)} ${seconds(body)}`,
  },
  {
    verb: 'redeem', stored: `select id || ' ' || user_id || ' ' || unit || ' ' || amount as key from rewards.redemption`,
    keyOf: joined('id', 'userId', 'unit', 'amount'),
  },
];

/**
 * Every acknowledged request is there, and nothing is there that nobody sent. What nobody was told about may have had its effect or not:
 * the model takes it as it is found.
 */
export async function checkHistory(owner: pg.Pool, history: Sent[]): Promise<{ heard: Heard; found: Difference[] }> {
  const found: Difference[] = [];
  const bodies = new Map<Verb, Body[]>();
  for (const { verb, stored, keyOf } of KINDS) {
    const sent = history.filter((entry) => entry.verb === verb && entry.tries > 0);
    const attempted = new Map(sent.map((entry) => [keyOf(entry.body), entry.body]));
    const acknowledged = new Set(sent.filter(isAcknowledged).map(({ body }) => keyOf(body)));
    const present = (await owner.query<{ key: string }>(stored)).rows.map(({ key }) => key);
    const known = new Set(present);
    found.push(...difference(`${verb}: acknowledged and lost`, [...acknowledged].filter((key) => !known.has(key))));
    found.push(...difference(`${verb}: there, but never sent`, present.filter((key) => !attempted.has(key))));
    found.push(...difference(`${verb}: there twice`, known.size === present.length ? [] : [present.length - known.size]));
    bodies.set(verb, present.flatMap((key): Body[] => (attempted.has(key) ? [attempted.get(key)!] : [])));
  }
  const registrations = await checkRegistrations(owner, history.filter(({ verb }) => verb === 'register'), found);
  const of = (verb: Verb): Body[] => bodies.get(verb)!;
  return { heard: { registrations, activities: of('activity'), payments: of('payment'), refunds: of('refund'), disputes: of('dispute') }, found };
}

interface StoredReferral {
  referee_id: string;
  referrer_id: string;
  registered_at: Date;
  source_app_id: string | null;
  code: string;
}

const REFERRALS = `select r.referee_id, r.referrer_id, r.registered_at, r.source_app_id, c.code from relationships.referral r join codes.code c on c.id = r.code_id`;

/** Of a referee's many sign-ups one counts: what the answers said, else what is found, which must be one that was sent. */
async function checkRegistrations(owner: pg.Pool, sent: Sent[], found: Difference[]): Promise<Registration[]> {
  const stored = new Map((await owner.query<StoredReferral>(REFERRALS)).rows.map((row) => [row.referee_id, row]));
  const promised = sent.filter(isAcknowledged).map(({ answer }) => (answer as unknown as Registered).referral);
  const differs = promised.filter(({ refereeId, referrerId, registeredAt, sourceAppId }) => {
    const row = stored.get(refereeId);
    return !row || row.referrer_id !== referrerId || row.registered_at.getTime() !== Date.parse(registeredAt) || row.source_app_id !== sourceAppId;
  });
  found.push(...difference('register: acknowledged and lost, or told otherwise', differs.map(({ refereeId, referrerId }) => `${refereeId} by ${referrerId}`)));
  const keyOf = (referee: unknown, code: unknown, at: number, app: unknown): string => [referee, code, at, app].join(' ');
  const attempted = new Set(sent.filter(({ tries }) => tries > 0)
    .map(({ body }) => keyOf(body['refereeId'], body['code'], Date.parse(String(body['occurredAt'])), body['appId'])));
  const foreign = [...stored.values()].filter((row) => !attempted.has(keyOf(row.referee_id, row.code, row.registered_at.getTime(), row.source_app_id)));
  found.push(...difference('register: there, but never sent', foreign.map((row) => row.referee_id)));
  const byAnswer = promised.map(({ refereeId, referrerId, registeredAt, sourceAppId: appId }): Registration => ({ refereeId, referrerId, registeredAt: new Date(registeredAt), appId }));
  const byFinding = [...stored.values()].map((row): Registration => ({ refereeId: row.referee_id, referrerId: row.referrer_id, registeredAt: row.registered_at, appId: row.source_app_id }));
  return [...new Map([...byFinding, ...byAnswer].map((registration) => [registration.refereeId, registration])).values()];
}

/** The same request under the same idempotency key gets the same answer, word for word. */
export function checkReplays(history: Sent[]): Difference[] {
  const differs = history.filter(({ repeats, key, answer }) =>
    key !== null && repeats !== null && answer !== null && isAcknowledged(repeats) && JSON.stringify(answer) !== JSON.stringify(repeats.answer));
  return difference('one key, one answer', differs.map(({ verb, key, answer, repeats }) => ({ verb, key, first: repeats!.answer, again: answer })));
}
