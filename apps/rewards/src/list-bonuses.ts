import type { Bonus, Input, Reply, rewards } from '@referrals/contracts';
import { grantKey, Refusal } from '@referrals/domain';
import { decodeCursor, page, type Database } from '@referrals/persistence';
import type { ReferralBooks } from './bonus-row.js';
import { BonusEntity } from './bonus.entity.js';

type Listing = typeof rewards.listBonuses;

/** A user's bonuses, newest first; those of one referral alone when it is named. */
export async function listBonuses(db: Database, { userId, status, referralId, limit, cursor }: Input<Listing>): Promise<Reply<Listing>> {
  const [after] = decodeCursor(cursor, ['id']) ?? [];
  const where = { userId, ...(status && { status }), ...(referralId && { referralId }), ...(after && { id: { $lt: after } }) };
  const rows = await db.em().find(BonusEntity, where, { orderBy: { id: 'desc' }, limit: limit + 1 });
  const { data, nextCursor } = page(rows, limit, (row) => [row.id]);
  return { data: data.map(bonusOf), nextCursor };
}

/** One bonus with every input of its calculation. */
export async function getBonus(db: Database, { bonusId }: { bonusId: string }): Promise<Reply<typeof rewards.getBonus>> {
  const row = await db.em().findOne(BonusEntity, { id: bonusId });
  if (!row) throw new Refusal('not_found');
  const { referralId, family, trigger, party, appId, base, multiplier, amount, qualifiedCount, paidCount, score, decision, paymentId } = row;
  return {
    ...bonusOf(row),
    calculation: {
      grantKey: grantKey({ referralId, family, trigger, party, appId: appId ?? null }),
      trigger,
      paymentId: paymentId ?? null,
      payment: paymentId ? await paymentOf(db, paymentId) : null,
      paidRefereesAtBooking: paidCount ?? null,
      formula: `${family === 'cashback' ? 'floor' : 'round_half_up'}(${base} × ${multiplier} / 10000) = ${amount}`,
      qualifiedCountAtBooking: qualifiedCount ?? null,
      score: score ?? null,
      decision: decision === 'pending' ? null : decision,
      triggeredAt: row.triggeredAt.toISOString(),
      claimAt: row.claimAt?.toISOString() ?? null,
      held: row.held,
      ...(await judgementsOf(db, referralId)),
    },
  };
}

const PAYMENT = `select amount, currency, occurred_at as "occurredAt", returned as "returnedAmount", at_stake as "disputedAmount" from payment where id = $1`;

async function paymentOf(db: Database, paymentId: string) {
  const [row] = await db.rows<{ amount: number; currency: string; occurredAt: Date; returnedAmount: number; disputedAmount: number }>(PAYMENT, [paymentId]);
  return row ? { ...row, occurredAt: row.occurredAt.toISOString() } : null;
}

const REFERRAL = 'select assessments, decisions from referral where id = $1';

/** The scores and the decisions of people that its own decision follows from, in their order. */
async function judgementsOf(db: Database, referralId: string) {
  const [row] = await db.rows<Pick<ReferralBooks, 'assessments' | 'decisions'>>(REFERRAL, [referralId]);
  const iso = (text: string): string => new Date(text).toISOString();
  return {
    assessments: (row?.assessments ?? []).toSorted((a, b) => a.sequence - b.sequence)
      .map(({ score, paymentId, assessedAt }) => ({ score, paymentId, assessedAt: iso(assessedAt) })),
    decisions: (row?.decisions ?? []).map(({ decision, score, decidedAt }) => ({ decision, score, decidedAt: iso(decidedAt) })),
  };
}

const bonusOf = (row: BonusEntity): Bonus => ({
  id: row.id, referralId: row.referralId, userId: row.userId, party: row.party, event: row.event, appId: row.appId ?? null,
  unit: row.unit, base: row.base, multiplier: row.multiplier, amount: row.amount, tier: row.tier ?? null, level: row.level ?? null,
  status: row.status, holdReason: row.holdReason ?? null, holdUntil: row.holdUntil?.toISOString() ?? null,
  programmeVersion: row.programmeVersion, takenBack: row.takenBack, ledgerEntryIds: row.ledgerEntryIds,
  createdAt: row.createdAt.toISOString(), releasedAt: row.releasedAt?.toISOString() ?? null,
});
