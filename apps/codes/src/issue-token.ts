import type { codes, Reply } from '@referrals/contracts';
import { DAY, Refusal, shift } from '@referrals/domain';
import type { Database } from '@referrals/persistence';
import type { AttributionTokens } from './attribution-token.js';
import { findCodes } from './find-codes.js';

/** A token for a code that exists, in whatever state: that is judged when somebody signs up with it. @throws Refusal */
export async function issueToken(db: Database, tokens: AttributionTokens, text: string): Promise<Reply<typeof codes.issueToken>> {
  const { found, realNow } = await findCodes(db, [{ text }]);
  const [first] = found;
  if ('problem' in first!) throw new Refusal(first.problem);
  const { attributionTokenDays } = (await db.programme()).codes;
  const expiresAt = shift(realNow, attributionTokenDays * DAY);
  return { token: tokens.sign({ codeId: first!.code.id, issuedAt: realNow, expiresAt }), expiresAt: expiresAt.toISOString() };
}
