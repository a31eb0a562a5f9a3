import { applyBasisPoints, ONE } from './money.js';

export type Party = 'referrer' | 'referee';
/** What pays `credits`: the four stages and each further app. */
export const STAGE_EVENTS = ['registered', 'activated', 'qualified', 'retained', 'cross_app'] as const;
export type StageEvent = (typeof STAGE_EVENTS)[number];
export type BonusEvent = StageEvent | 'access' | 'cashback';

/** Base amounts in credits. */
export type BonusTable = Readonly<Record<StageEvent, Readonly<Record<Party, number>>>>;

export interface StageBonus {
  party: Party;
  event: StageEvent;
  unit: 'credits';
  base: number;
  /** Basis points: the tier's for the referrer, 10000 for the referee. */
  multiplier: number;
  amount: number;
}

/** What one event pays to either party; parties that get nothing are left out. */
export function stageBonuses(event: StageEvent, terms: { tierMultiplier: number; bonuses: BonusTable }): StageBonus[] {
  const parties: [Party, number][] = [['referrer', terms.tierMultiplier], ['referee', ONE]];
  return parties
    .map(([party, multiplier]) => {
      const base = terms.bonuses[event][party];
      return { party, event, unit: 'credits' as const, base, multiplier, amount: applyBasisPoints(base, multiplier) };
    })
    .filter((bonus) => bonus.amount > 0);
}

export type Family = 'stage' | 'access' | 'cashback' | 'batch';

export interface GrantParts {
  referralId: string;
  family: Family;
  trigger: string;
  party: Party;
  appId?: string | null;
}

/**
 * What is paid at most once, whatever is replayed and however the programme changes. Two keys are equal exactly when all parts are.
 * For the trigger see `grantTrigger`.
 */
export function grantKey(parts: GrantParts): string {
  return [parts.referralId, parts.family, parts.trigger, parts.party, parts.appId ?? ''].map(escape).join('|');
}

/**
 * The trigger of a grant: the stage; for qualified, retained and access days with the qualifying payment's id; for cashback the payment's id.
 * Access days that a subscription brought before any payment have `paymentId` null.
 */
export function grantTrigger(event: BonusEvent, paymentId: string | null = null): string {
  if (event === 'cashback') return paymentId ?? '';
  const perPayment = event === 'qualified' || event === 'retained' || event === 'access';
  return perPayment ? `${event}:${paymentId ?? ''}` : event;
}

// Hosts' ids may hold any character: without escaping, two different grants could share a key.
const escape = (part: string) => part.replace(/[\\|]/g, (character) => `\\${character}`);
