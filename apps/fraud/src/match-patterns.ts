import type { FraudPattern } from '@referrals/contracts';
import type { Transaction } from '@referrals/persistence';
import { assess } from './assess.js';
import { DevicePatterns } from './device-patterns.js';
import type { SealedContexts } from './sealed-contexts.js';

/** What a pattern is compared with at once, newest first; the `rescore` job goes through all that is older. */
const AT_ONCE = 1_000;

type Reader = Pick<Transaction, 'rows'>;
export type Matcher = Pick<FraudPattern, 'patternType' | 'patternValue'>;

const BOXES = 'select referral_id as "referralId", box from box order by referral_id desc limit $1';
const OF_DOMAIN = `select distinct a.referral_id as "referralId" from mailbox m join assessment a on a.referee_id = m.user_id
  where m.domain = $1 or right(m.domain, length($1) + 1) = '.' || $1 order by 1 desc limit $2`;
const MAILBOXES = 'select count(*)::int as count from mailbox';
const WITHIN = `select t."referralId" from json_to_recordset($1::json) as t("referralId" uuid, ip inet) where t.ip <<= $2::cidr order by 1 desc`;

/** @returns the newest sign-ups that match, and how many were looked at; addresses and devices reach as far back as the boxes */
export async function matchingSignUps(reader: Reader, contexts: SealedContexts, { patternType, patternValue }: Matcher, limit = AT_ONCE) {
  if (patternType === 'email_domain') {
    const rows = await reader.rows<{ referralId: string }>(OF_DOMAIN, [patternValue, limit]);
    const [known] = await reader.rows<{ count: number }>(MAILBOXES);
    return { examined: known!.count, referralIds: rows.map(({ referralId }) => referralId) };
  }
  const boxes = await reader.rows<{ referralId: string; box: string }>(BOXES, [limit]);
  const expressions = patternType === 'device_pattern' ? [{ id: 'matches', patternValue }] : [];
  const signUps = await contexts.readSignUps(reader, boxes.map(({ box }) => box), DevicePatterns.of(expressions));
  if (patternType === 'device_pattern') {
    return { examined: boxes.length, referralIds: boxes.filter((_, index) => signUps[index]!.matches.length > 0).map(({ referralId }) => referralId) };
  }
  const addresses = boxes.map(({ referralId }, index) => ({ referralId, ip: signUps[index]!.address })).filter(({ ip }) => ip !== null);
  const rows = await reader.rows<{ referralId: string }>(WITHIN, [JSON.stringify(addresses), patternValue]);
  return { examined: boxes.length, referralIds: rows.map(({ referralId }) => referralId) };
}

const FORGET = `update assessment set matches = array_remove(matches, $1::uuid) where matches <> '{}' and matches @> array[$1::uuid] returning referral_id as "referralId"`;
const REMEMBER = `update assessment set matches = matches || $1::uuid where referral_id = any($2) and not matches @> array[$1::uuid]`;
const MATCHED = `select referral_id as "referralId" from assessment where matches <> '{}' and matches @> array[$1::uuid] order by 1 desc limit $2`;

/** Brings what is remembered of a pattern or shared network up to date, and scores again what it concerns, before or now. */
export async function applyMatcher(tx: Transaction, contexts: SealedContexts, id: string, change: { before: Matcher | null; after: Matcher | null }): Promise<void> {
  const { before, after } = change;
  const isSame = before?.patternType === after?.patternType && before?.patternValue === after?.patternValue;
  const concerned = new Set<string>();
  const add = (rows: { referralId: string }[]) => rows.forEach(({ referralId }) => concerned.add(referralId));
  if (isSame && after?.patternType !== 'email_domain') add(await tx.rows(MATCHED, [id, AT_ONCE]));
  else {
    if (before?.patternType === 'email_domain') add((await matchingSignUps(tx, contexts, before)).referralIds.map((referralId) => ({ referralId })));
    else if (before) add(await tx.rows(FORGET, [id]));
    const found = after ? (await matchingSignUps(tx, contexts, after)).referralIds : [];
    if (after && after.patternType !== 'email_domain' && found.length > 0) await tx.rows(REMEMBER, [id, found]);
    add(found.map((referralId) => ({ referralId })));
  }
  if (concerned.size > 0) await assess(tx, { rescored: [...concerned].sort().slice(-AT_ONCE).map((referralId) => ({ referralId })) });
}
