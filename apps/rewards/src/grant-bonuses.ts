import { v7 as uuidv7 } from 'uuid';
import { events } from '@referrals/contracts';
import { claimAt, compareText, grantTrigger, stageBonuses, tierOf, withClaim, type Party, type StageBonus, type StageEvent } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import { decideBonus } from './decide-bonus.js';
import { beginBooking, writeBooking, type Booking, type Granted, type ReferrerState } from './booking.queries.js';
import type { BonusRow, ReferralKey, ReferralState } from './bonus-row.js';
import { Journal } from './ledger.js';
import { tellBonus } from './tell-bonus.js';

/** Something that earns stage bonuses: a stage reached, or a further app used. */
export interface Occasion extends ReferralKey {
  /** When it happened. */
  at: string;
  paymentId: string | null;
  appId: string | null;
}

/**
 * Books the bonuses of one kind of event, each once, at the tier of the moment: in the order of the occasions, so that
 * the qualification that lifts a referrer is still paid at the old tier.
 * @returns what was booked
 */
export async function grantBonuses(tx: Transaction, event: StageEvent, occasions: readonly Occasion[]): Promise<BonusRow[]> {
  const facts = await beginBooking(tx, occasions, paidParties(tx, event));
  const referrals = new Map(facts.referrals.map((referral) => [referral.id, referral]));
  const referrers = new Map(facts.referrers.map((referrer) => [referrer.userId, referrer]));
  const granted = Map.groupBy(facts.granted, (grant) => grant.referralId);
  const journal = new Journal(facts.accounts, tx.now);
  const booking: Booking = { bonuses: [], transfers: journal.rows, referrers: [], qualifications: [] };
  const touched = new Set<ReferrerState>();

  for (const occasion of [...occasions].sort(byTime)) {
    const referral = referrals.get(occasion.referralId)!;
    const referrer = referrers.get(referral.referrerId)!;
    for (const stageBonus of payable(tx, event, referrer)) {
      if (isGranted(granted.get(referral.id) ?? [], event, occasion, stageBonus.party)) continue;
      const bonus = book(tx, occasion, stageBonus, referral, referrer);
      journal.book(bonus, decideBonus(bonus, referral, tx.programme, tx.now));
      tellBonus(tx, bonus);
      booking.bonuses.push(bonus);
      granted.set(referral.id, [...(granted.get(referral.id) ?? []), grantOf(bonus)]);
      if (bonus.party === 'referrer') touched.add(referrer);
    }
    if (event === 'qualified' && qualify(tx, occasion, referral, referrer, booking)) touched.add(referrer);
  }
  booking.referrers = [...touched];
  if (touched.size > 0 || booking.bonuses.length > 0) await writeBooking(tx, booking);
  return booking.bonuses;
}

const byTime = (a: Occasion, b: Occasion): number =>
  Date.parse(a.at) - Date.parse(b.at) || compareText(a.referralId, b.referralId) || compareText(a.appId ?? '', b.appId ?? '');

function paidParties({ programme: { families, bonuses } }: Transaction, event: StageEvent): Party[] {
  return families.stageBonuses ? (['referrer', 'referee'] as const).filter((party) => bonuses[event][party] > 0) : [];
}

const payable = ({ programme }: Transaction, event: StageEvent, referrer: ReferrerState): StageBonus[] =>
  programme.families.stageBonuses
    ? stageBonuses(event, { tierMultiplier: tierOf(referrer.qualifiedCount, programme.tiers).multiplier, bonuses: programme.bonuses })
    : [];

/** A stage pays once; a new payment pays it again only when what the old one paid was taken back. */
function isGranted(granted: readonly Granted[], event: StageEvent, { paymentId, appId }: Occasion, party: Party): boolean {
  const trigger = grantTrigger(event, paymentId);
  return granted.some((grant) =>
    grant.event === event && grant.party === party && grant.appId === appId && (grant.trigger === trigger || grant.status !== 'clawed_back'));
}

const grantOf = ({ referral_id: referralId, event, party, app_id: appId, trigger, status }: BonusRow): Granted =>
  ({ referralId, event, party, appId, trigger, status });

function book(tx: Transaction, { at, paymentId, appId }: Occasion, stageBonus: StageBonus, referral: ReferralState, referrer: ReferrerState): BonusRow {
  const { party, event, unit, base, multiplier, amount } = stageBonus;
  const isReferrer = party === 'referrer';
  return {
    id: uuidv7(), referral_id: referral.id, user_id: isReferrer ? referral.referrerId : referral.refereeId,
    party, family: 'stage', event, trigger: grantTrigger(event, paymentId), payment_id: paymentId, app_id: appId,
    unit, base, multiplier, amount,
    tier: isReferrer ? tierOf(referrer.qualifiedCount, tx.programme.tiers).tier : null,
    level: null, qualified_count: isReferrer ? referrer.qualifiedCount : null,
    programme_version: tx.programme.version, triggered_at: at,
    status: 'pending', decision: 'pending', score: null, hold_reason: 'assessment', hold_until: null,
    claim_at: isReferrer ? claim(tx, referrer) : null,
    sequence: 0, ledger_entry_ids: [], created_at: tx.now.toISOString(), released_at: null,
  };
}

/** Takes the next place in the referrer's sliding day. */
export function claim(tx: Transaction, referrer: ReferrerState): string {
  const limit = tx.programme.claims.perDay;
  const claims = referrer.claims.map((text) => new Date(text));
  const at = claimAt(claims, tx.now, limit);
  referrer.claims = withClaim(claims, at, tx.now, limit).map((claimed) => claimed.toISOString());
  return at.toISOString();
}

/** Counts a referral for its referrer's tier, once. */
function qualify(tx: Transaction, { at, paymentId }: Occasion, referral: ReferralState, referrer: ReferrerState, booking: Booking): boolean {
  if (referral.qualifyingPaymentId !== null || paymentId === null) return false;
  referral.qualifyingPaymentId = paymentId;
  booking.qualifications.push({ id: referral.id, qualifiedAt: at, paymentId });
  const before = tierOf(referrer.qualifiedCount, tx.programme.tiers).tier;
  referrer.qualifiedCount += 1;
  const { tier } = tierOf(referrer.qualifiedCount, tx.programme.tiers);
  if (tier !== before) {
    referrer.sequence += 1;
    const data = { userId: referrer.userId, tier, qualifiedCount: referrer.qualifiedCount };
    tx.emit(events.tierChanged, { aggregateId: referrer.userId, sequence: referrer.sequence, occurredAt: tx.now, data });
  }
  return true;
}
