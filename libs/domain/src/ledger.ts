import { assertAmount } from './money.js';

/**
 * Accounts, each in one unit. `programme` gives and takes back, `spent` is what users redeemed; the others belong to one user.
 * `debt` is what a user owes: its balance is negative or 0, all others of a user are positive or 0.
 */
export const ACCOUNT_KINDS = ['programme', 'spent', 'available', 'held', 'debt'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

export const ENTRY_REASONS = [
  'bonus', 'hold', 'release', 'void', 'clawback', 'debt', 'debt_repayment', 'debt_write_off', 'dispute_opened', 'redemption',
  'access_granted', 'access_taken_back',
] as const;
export type EntryReason = (typeof ENTRY_REASONS)[number];

/** Moves a positive amount from one account to another, so that all accounts of a unit always add up to 0. */
export interface Transfer {
  from: AccountKind;
  to: AccountKind;
  unit: string;
  amount: number;
  reason: EntryReason;
}

/** One user's balances in one unit, none negative; `debt` as the amount owed. */
export interface Balances {
  available: number;
  held: number;
  debt: number;
}

export const NO_BALANCES: Readonly<Balances> = { available: 0, held: 0, debt: 0 };

/** Books a bonus that is paid at once; a debt takes its part first. */
export function bookPaid(balances: Balances, unit: string, amount: number): Transfer[] {
  return list(transfer('programme', 'available', unit, amount, 'bonus'), repay(balances, unit, amount));
}

/** Books a bonus that waits. */
export const bookHeld = (unit: string, amount: number): Transfer[] => list(transfer('programme', 'held', unit, amount, 'hold'));

/** Pays out what was held, for a bonus or after a dispute was won; a debt takes its part first. */
export function release(balances: Balances, unit: string, amount: number): Transfer[] {
  assertCovered(balances.held, amount);
  return list(transfer('held', 'available', unit, amount, 'release'), repay(balances, unit, amount));
}

/** Takes back what was held: the bonus was rejected. */
export function voidHeld(balances: Balances, unit: string, amount: number): Transfer[] {
  assertCovered(balances.held, amount);
  return list(transfer('held', 'programme', unit, amount, 'void'));
}

/** What of a disputed payment's bonuses is still in the balance moves to held; nothing becomes debt. */
export const holdDisputed = (balances: Balances, unit: string, amount: number): Transfer[] =>
  list(transfer('available', 'held', unit, Math.min(assertAmount(amount), balances.available), 'dispute_opened'));

/**
 * Takes back what was paid: first what a dispute holds of it, then from the balance, and the rest becomes a debt.
 * @param heldPart how much of `amount` is held for this very bonus
 */
export function clawBack(balances: Balances, unit: string, amount: number, heldPart = 0): Transfer[] {
  assertAmount(amount);
  const fromHeld = Math.min(assertAmount(heldPart), amount);
  assertCovered(balances.held, fromHeld);
  const fromAvailable = Math.min(amount - fromHeld, balances.available);
  return list(
    transfer('held', 'programme', unit, fromHeld, 'clawback'),
    transfer('available', 'programme', unit, fromAvailable, 'clawback'),
    transfer('debt', 'programme', unit, amount - fromHeld - fromAvailable, 'debt'),
  );
}

/** Spends a balance; null when it is too small (`insufficient_balance`). */
export function redeem(balances: Balances, unit: string, amount: number): Transfer[] | null {
  return assertAmount(amount) > balances.available ? null : list(transfer('available', 'spent', unit, amount, 'redemption'));
}

/** Writes off what a user owes: they were erased. */
export const writeOffDebt = (balances: Balances, unit: string): Transfer[] =>
  list(transfer('programme', 'debt', unit, balances.debt, 'debt_write_off'));

/** Records whole days of access granted. */
export const grantDays = (days: number): Transfer[] => list(transfer('programme', 'available', 'access_days', days, 'access_granted'));

/** Records whole days taken back; they make no debt, so never more than the books still show. */
export const takeBackDays = (balances: Balances, days: number): Transfer[] =>
  list(transfer('available', 'programme', 'access_days', Math.min(assertAmount(days), balances.available), 'access_taken_back'));

/** A user's balances after transfers of one unit. Throws a RangeError when one would become negative. */
export function balancesAfter(balances: Balances, transfers: Iterable<Transfer>): Balances {
  const after = { ...balances };
  for (const { from, to, amount } of transfers) {
    move(after, from, -amount);
    move(after, to, amount);
  }
  Object.values(after).forEach(assertAmount);
  return after;
}

function move(balances: Balances, account: AccountKind, amount: number): void {
  if (account === 'debt') balances.debt -= amount;
  else if (account === 'available' || account === 'held') balances[account] += amount;
}

const repay = (balances: Balances, unit: string, amount: number): Transfer | null =>
  transfer('available', 'debt', unit, Math.min(assertAmount(amount), balances.debt), 'debt_repayment');

const transfer = (from: AccountKind, to: AccountKind, unit: string, amount: number, reason: EntryReason): Transfer | null =>
  assertAmount(amount) > 0 ? { from, to, unit, amount, reason } : null;

const list = (...transfers: (Transfer | null)[]): Transfer[] => transfers.filter((one) => one !== null);

function assertCovered(held: number, amount: number): void {
  if (assertAmount(amount) > held) throw new RangeError('more than is held');
}
