import type { codes, Input, Reply } from '@referrals/contracts';
import { DAY, Refusal, shift } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import type { AttributionTokens } from './attribution-token.js';
import type { Found } from './find-codes.js';

type Click = Input<typeof codes.click>;

/** In a fixed order, so that two groups with the same codes never wait for each other in a circle. */
const COUNT = `insert into click as known (code_id, day, clicks)
  select t."codeId", (common.now() at time zone 'utc')::date, t.clicks from json_to_recordset($1::json) as t("codeId" uuid, clicks int) order by 1
  on conflict (code_id, day) do update set clicks = known.clicks + excluded.clicks`;

/** A token for each click on a link whose code exists, and the clicks of people counted: previews of a link are none. */
export async function countClicks(
  tx: Transaction, clicks: Click[], { found, realNow }: { found: Found[]; realNow: Date }, tokens: AttributionTokens,
): Promise<Outcome<Reply<typeof codes.click>>[]> {
  const counts = new Map<string, number>();
  found.forEach((entry, n) => {
    if ('code' in entry && clicks[n]!.counts) counts.set(entry.code.id, (counts.get(entry.code.id) ?? 0) + 1);
  });
  if (counts.size > 0) await tx.rows(COUNT, [JSON.stringify([...counts].map(([codeId, number]) => ({ codeId, clicks: number })))]);
  const expiresAt = shift(realNow, tx.programme.codes.attributionTokenDays * DAY);
  return found.map((entry) => {
    if ('problem' in entry) return new Refusal(entry.problem);
    return { token: tokens.sign({ codeId: entry.code.id, issuedAt: realNow, expiresAt }), expiresAt: expiresAt.toISOString() };
  });
}
