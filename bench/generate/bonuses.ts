import { ACTIVATED, idAt, QUALIFIED, REGISTERED, type Moment } from './source.js';

/** A bonus that every referral gets, or every one of which `where` is true. */
export interface Bonus {
  kind: string;
  party: 'referrer' | 'referee';
  event: 'registered' | 'activated' | 'qualified' | 'cashback';
  unit: 'credits' | 'EUR';
  base: number;
  multiplier: number;
  amount: number;
  moment: Moment;
  /** the referrer's qualified referrals before it */
  qualifiedBefore: string;
  where: string;
}

const PRICE = 1_000;
const stage = (event: 'registered' | 'activated' | 'qualified', amount: number, moment: Moment, where: string): Bonus =>
  ({ kind: `${event}-bonus`, party: 'referrer', event, unit: 'credits', base: amount, multiplier: 10_000, amount, moment, qualifiedBefore: 'paid_before', where });

/** What the shipped programme pays for a registration, an activation and a top-up of ten euros to a referrer of the lowest tier and level. */
export const BONUSES: Bonus[] = [
  stage('registered', 5, REGISTERED, 'true'),
  { ...stage('registered', 25, REGISTERED, 'true'), kind: 'welcome-bonus', party: 'referee', qualifiedBefore: 'null::int' },
  stage('activated', 10, ACTIVATED, 'activates'),
  stage('qualified', 25, QUALIFIED, 'qualifies'),
  {
    kind: 'cashback', party: 'referrer', event: 'cashback', unit: 'EUR', base: PRICE, multiplier: 1_000, amount: PRICE / 10, moment: QUALIFIED,
    qualifiedBefore: 'null::int', where: 'qualifies',
  },
];
export const TOP_UP = PRICE;

export const bonusId = ({ kind, moment }: Bonus): string => idAt(kind, moment);
export const transferId = ({ kind, moment }: Bonus): string => idAt(`${kind} entry`, moment);
export const userOf = ({ party }: Bonus): string => (party === 'referrer' ? 'referrer_id' : 'referee_id');
/** Only the referrer's bonus for a registration waits, where bonuses are to be held. */
export const isHeld = ({ party, event }: Bonus, holds: boolean): boolean => holds && party === 'referrer' && event === 'registered';
