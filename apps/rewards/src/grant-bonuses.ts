import { claimAt, compareText, grantTrigger, stageBonuses, tierOf, withClaim, type Party, type StageBonus, type StageEvent } from '@referrals/domain';
import { newId, type Transaction } from '@referrals/persistence';
import { decideBonus } from './decide-bonus.js';
import { beginBooking, type Granted, type ReferrerState } from './booking.queries.js';
import { UNSETTLED, type BonusRow, type ReferralBooks, type ReferralKey, type ReferralState } from './bonus-row.js';
import { Journal } from './ledger.js';
import { isHistory, noteHistory } from './note-imports.js';
import { noteQualification } from './note-qualifications.js';
import { countQualified } from './paying-referees.js';
import { tellBonus } from './tell-bonus.js';
import { writeBooks } from './write-books.js';

/** Something that earns stage bonuses: a stage reached, or a further app used. */
export interface Occasion extends ReferralKey {
  /** When it happened. */
  at: string;
  paymentId: string | null;
  appId: string | null;
  /** Of the referral's changes, as its room counts them; absent where it was noted before. */
  sequence?: number;
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
  const booked: BonusRow[] = [];
  const touched = new Set<ReferrerState>();
  const noted = new Set<ReferralBooks>();

  for (const occasion of [...occasions].sort(byTime)) {
    const referral = referrals.get(occasion.referralId)!;
    const referrer = referrers.get(referral.referrerId)!;
    if (noteQualification(referral, event, occasion)) noted.add(referral);
    if (occasion.isImported && noteHistory(referral, tx.now)) noted.add(referral);
    if (isRevoked(referral, occasion)) continue;
    for (const stageBonus of isHistory(referral) ? [] : payable(tx, event, referrer)) {
      if (isGranted(granted.get(referral.id) ?? [], referral, event, occasion, stageBonus.party)) continue;
      const bonus = book(tx, occasion, stageBonus, referral, referrer);
      const balances = journal.balancesOf(bonus.user_id, bonus.unit);
      journal.book(bonus, decideBonus(bonus, referral, tx.programme, tx.now, { payment: null, balances }));
      tellBonus(tx, bonus);
      booked.push(bonus);
      granted.set(referral.id, [...(granted.get(referral.id) ?? []), grantOf(bonus)]);
      if (bonus.party === 'referrer') touched.add(referrer);
    }
    if (event === 'qualified' && countQualified(tx, referral, referrer)) {
      touched.add(referrer);
      noted.add(referral);
    }
  }
  await writeBooks(tx, { bonuses: booked, transfers: journal.rows, referrals: [...noted], referrers: [...touched] });
  return booked;
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

/** A stage pays once; a new payment pays it again only when the old one was revoked. */
function isGranted(granted: readonly Granted[], referral: ReferralBooks, event: StageEvent, { paymentId, appId }: Occasion, party: Party): boolean {
  const trigger = grantTrigger(event, paymentId);
  return granted.some((grant) =>
    grant.event === event && grant.party === party && grant.appId === appId && (grant.trigger === trigger || !isRevoked(referral, grant)));
}

const isRevoked = ({ qualifications }: ReferralBooks, { paymentId }: { paymentId: string | null }): boolean =>
  paymentId !== null && qualifications.some((known) => known.paymentId === paymentId && known.isRevoked);

const grantOf = ({ referral_id: referralId, event, party, app_id: appId, trigger, payment_id: paymentId, status }: BonusRow): Granted =>
  ({ referralId, event, party, appId, trigger, paymentId, status });

function book(tx: Transaction, { at, paymentId, appId }: Occasion, stageBonus: StageBonus, referral: ReferralState, referrer: ReferrerState): BonusRow {
  const { party, event, unit, base, multiplier, amount } = stageBonus;
  const isReferrer = party === 'referrer';
  return {
    ...UNSETTLED, ledger_entry_ids: [], id: newId(), referral_id: referral.id, user_id: isReferrer ? referral.referrerId : referral.refereeId,
    party, family: 'stage', event, trigger: grantTrigger(event, paymentId), payment_id: paymentId, app_id: appId,
    unit, base, multiplier, amount,
    tier: isReferrer ? tierOf(referrer.qualifiedCount, tx.programme.tiers).tier : null,
    level: null, qualified_count: isReferrer ? referrer.qualifiedCount : null,
    programme_version: tx.programme.version, triggered_at: at,
    claim_at: isReferrer ? claim(tx, referrer) : null, created_at: tx.now.toISOString(),
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
