import type { events, EventData } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';

/** Only what a score of the first band holds goes by time; whatever a higher one held, and whatever was escalated, waits for a person. */
const LAPSE = `with
  due as (
    select id from review
    where status = 'pending' and lapses_at <= $1 and ($2::uuid[] is null or referral_id = any($2))
    order by id limit $3 for update skip locked),
  lapsed as (
    update review set status = 'lapsed', decided_at = $1, sequence = review.sequence + 1 from due where review.id = due.id
    returning review.id, review.score)
  select id, score from lapsed`;
const ENTER = `insert into review_entry (id, review_id, kind, actor, body, at)
  select t.id, t."reviewId", 'lapsed', 'fraud', t.body, $2 from json_to_recordset($1::json) as t(id uuid, "reviewId" uuid, body json)`;

/** Closes reviews whose time is over. @returns how many */
export async function lapseReviews(tx: Transaction, limit: number, referralIds: string[] | null = null): Promise<number> {
  const lapsed = await tx.rows<{ id: string; score: number }>(LAPSE, [tx.now, referralIds, limit]);
  if (lapsed.length > 0) await tx.rows(ENTER, [JSON.stringify(lapsed.map(({ id, score }) => ({ id: uuidv7(), reviewId: id, body: { score } }))), tx.now]);
  return lapsed.length;
}

const EXTEND = `update review set lapses_at = t."holdUntil"
  from (select "referralId", max("holdUntil") as "holdUntil" from json_to_recordset($1::json) as t("referralId" uuid, "holdUntil" timestamptz) group by 1) t
  where review.referral_id = t."referralId" and review.status = 'pending' and review.lapses_at < t."holdUntil"`;

/** A bonus booked later is held longer than its review would wait: somebody may decide about it until it is released. */
export async function noteHeldBonuses(tx: Transaction, received: ReceivedEvent<EventData<typeof events.bonusHeld>>[]): Promise<void> {
  const timed = received.filter(({ data }) => data.holdUntil !== null).map(({ data: { referralId, holdUntil } }) => ({ referralId, holdUntil }));
  if (timed.length > 0) await tx.rows(EXTEND, [JSON.stringify(timed)]);
}

/** A hold was released by time: the review goes with it. */
export async function noteReleasedBonuses(tx: Transaction, received: ReceivedEvent<EventData<typeof events.bonusReleased>>[]): Promise<void> {
  await lapseReviews(tx, 1_000, [...new Set(received.map(({ data }) => data.referralId))]);
}
