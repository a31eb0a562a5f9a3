import type pg from 'pg';
import { SHIPPED_PROGRAMME } from '@referrals/config';
import { applyBasisPoints, cashbackLevel, cashbackOf, tierOf, type Party, type StageEvent, type StageState } from '@referrals/domain';
import { difference, type Difference } from './difference.js';
import { cashbackTakenBack, type ExpectedReferral, type World } from './model.js';

interface StoredReferral {
  id: string;
  referee_id: string;
  stage: string;
  activated_at: Date | null;
  qualified_at: Date | null;
  retained_at: Date | null;
  told_apps: string[];
  bonuses: StoredBonus[];
}

interface StoredBonus {
  id: string;
  family: 'stage' | 'access' | 'cashback';
  event: string;
  party: Party;
  payment_id: string | null;
  app_id: string | null;
  base: number;
  multiplier: number;
  amount: number;
  status: string;
  taken_back: number;
  qualified_count: number | null;
  paid_count: number | null;
}

const REFERRALS = `select r.id, r.referee_id, r.stage, r.activated_at, r.qualified_at, r.retained_at, r.told_apps, coalesce(b.bonuses, '[]') as bonuses
  from relationships.referral r left join (select b.referral_id, json_agg(b) as bonuses from rewards.bonus b group by 1) b on b.referral_id = r.id`;

/** Compares what is stored with what the model made of the promises. */
export async function checkModel(owner: pg.Pool, world: World): Promise<Difference[]> {
  const { rows } = await owner.query<StoredReferral>(REFERRALS);
  const broken = new Map<string, unknown[]>();
  const note = (invariant: string, detail: unknown): void => void broken.set(invariant, [...(broken.get(invariant) ?? []), detail]);
  for (const row of rows) {
    const expected = world.referrals.get(row.referee_id);
    if (!expected) continue; // reported as never sent
    compareStages(row, expected, note);
    compareBonuses(row, expected, note);
    compareAmounts(row, world, note);
  }
  const { rows: payments } = await owner.query<{ id: string; returned: string; is_revoked: boolean }>("select id, returned, is_revoked from rewards.payment where status = 'settled'");
  for (const { id, returned, is_revoked } of payments) {
    const expected = world.payments.get(id);
    if (expected && (expected.returned !== Number(returned) || expected.revoked !== is_revoked)) note('returns = model', { id, returned, is_revoked, expected });
  }
  return [...broken].flatMap(([invariant, details]) => difference(invariant, details));
}

type Note = (invariant: string, detail: unknown) => void;

/** What was found while the clock was ahead stays, as long as it was right at that time. */
const stateOf = ({ retained_at }: StoredReferral, { state, ahead }: ExpectedReferral): StageState =>
  (retained_at !== null && ahead.retainedAt?.getTime() === retained_at.getTime() ? ahead : state);

function compareStages(row: StoredReferral, expected: ExpectedReferral, note: Note): void {
  const state = stateOf(row, expected);
  const is = [row.stage, row.activated_at?.getTime(), row.qualified_at?.getTime(), row.retained_at !== null, row.told_apps.length];
  const shall = [state.stage, state.activatedAt?.getTime(), state.qualifiedAt?.getTime(), state.retainedAt !== null, state.crossAppUses.length];
  if (JSON.stringify(is) !== JSON.stringify(shall)) note('stages = model', { referral: row.id, is, shall });
  const foreign = row.told_apps.filter((app) => !state.appUses.some(({ appId }) => appId === app));
  if (foreign.length > 0) note('apps = model', { referral: row.id, foreign });
}

/** How many bonuses of each kind stand: what was clawed back makes room for what another payment earns. */
function compareBonuses(row: StoredReferral, expected: ExpectedReferral, note: Note): void {
  const { payments } = expected;
  const state = stateOf(row, expected);
  const revoked = new Set(payments.filter((payment) => payment.revoked).map(({ id }) => id));
  const stands = ({ event, payment_id }: StoredBonus): boolean => (event !== 'qualified' && event !== 'retained') || !revoked.has(payment_id ?? '');
  const count = (event: string, party: Party): number => row.bonuses.filter((bonus) => bonus.event === event && bonus.party === party && stands(bonus)).length;
  const expect = (event: string, party: Party, shall: number): void => {
    const is = count(event, party);
    if (is !== shall) note(`bonuses = model: ${event}`, { referral: row.id, party, is, shall, state, bonuses: row.bonuses.filter((bonus) => bonus.event === event) });
  };
  expect('registered', 'referrer', 1);
  expect('registered', 'referee', 1);
  expect('activated', 'referrer', state.activatedAt ? 1 : 0);
  expect('qualified', 'referrer', state.qualifiedAt ? 1 : 0);
  expect('retained', 'referrer', state.retainedAt ? 1 : 0);
  expect('cross_app', 'referrer', state.crossAppUses.length);
  expect('cashback', 'referrer', payments.length);
  const transitions = payments.filter(({ kind }) => kind !== 'topup');
  const isLasting = transitions.some((payment) => !payment.revoked);
  const areCertain = payments.every(({ returned, amount }) => returned < amount);
  for (const party of ['referrer', 'referee'] as const) {
    const days = row.bonuses.filter((bonus) => bonus.family === 'access' && bonus.party === party);
    const standing = days.filter(({ status }) => status !== 'clawed_back').length;
    const shall = transitions.length > 0 ? 1 : 0;
    // a payment that went back before its referral was known may never have opened anything
    const isRight = areCertain ? days.length === shall : standing <= 1 && days.length >= (isLasting ? 1 : 0) && days.length <= (shall === 0 ? 0 : Infinity);
    if (!isRight) note('access days = model', { referral: row.id, party, shall, days, transitions });
  }
}

const { bonuses, tiers, cashback, access } = SHIPPED_PROGRAMME;

/** Every amount once more from the inputs that it keeps, and what of it went back with its payment. */
function compareAmounts(row: StoredReferral, world: World, note: Note): void {
  for (const bonus of row.bonuses) {
    const payment = bonus.payment_id === null ? undefined : world.payments.get(bonus.payment_id);
    const shall = amountOf(bonus, payment?.amount ?? 0);
    if (shall !== bonus.amount) note('amounts = model', { bonus, shall });
    if (bonus.family !== 'cashback' || bonus.status === 'rejected' || !payment) continue;
    const back = cashbackTakenBack(payment, bonus.multiplier);
    if (back !== bonus.taken_back) note('L8 cashback follows its payment', { bonus, payment, back });
  }
}

function amountOf(bonus: StoredBonus, paid: number): number {
  if (bonus.family === 'access') return access.days;
  if (bonus.family === 'cashback') return cashbackOf(paid, cashbackLevel(bonus.paid_count ?? 0, cashback.levels).rate);
  const multiplier = bonus.party === 'referee' ? 10_000 : tierOf(bonus.qualified_count ?? 0, tiers).multiplier;
  return applyBasisPoints(bonuses[bonus.event as StageEvent][bonus.party], multiplier);
}
