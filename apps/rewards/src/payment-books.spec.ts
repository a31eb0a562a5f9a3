import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SHIPPED_PROGRAMME } from '@referrals/config';
import { Transaction } from '@referrals/persistence';
import type { ReferralBooks } from './bonus-row.js';
import type { Account } from './ledger.js';
import { PaymentBooks } from './payment-books.js';
import type { PaymentRow } from './payment-row.js';

const START = Date.parse('2026-03-01T00:00:00.000Z');
const at = (hours: number): string => new Date(START + hours * 3_600_000).toISOString();
const accounts: Account[] = (['programme', 'spent', 'available', 'held', 'debt'] as const).map((kind) => ({
  id: kind, userId: kind === 'programme' || kind === 'spent' ? null : 'till', unit: 'EUR', kind, balance: kind === 'programme' || kind === 'spent' ? null : 0,
}));

type Fact =
  | { kind: 'registration' }
  | { kind: 'pay'; n: number; amount: number; hours: number }
  | { kind: 'refund'; n: number; amount: number; hours: number; cumulative: boolean }
  | { kind: 'dispute'; n: number; status: 'opened' | 'won' | 'lost'; amount: number | null; hours: number }
  | { kind: 'decision'; decision: 'approved' | 'rejected' | 'escalated' };

const hours = fc.integer({ min: -5, max: 400 });
const n = fc.nat(2);
const amount = fc.integer({ min: 1, max: 20_000 });
const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ kind: fc.constant('pay' as const), n, amount, hours }),
  fc.record({ kind: fc.constant('refund' as const), n, amount, hours, cumulative: fc.boolean() }),
  fc.record({ kind: fc.constant('dispute' as const), n, status: fc.constantFrom('opened' as const, 'won' as const, 'lost' as const), amount: fc.option(amount), hours }),
  fc.record({ kind: fc.constant('decision' as const), decision: fc.constantFrom('approved' as const, 'rejected' as const, 'escalated' as const) }),
);

/** Lives a history in memory, in the order given, with the decisions that the room makes on its rows. */
function live(facts: readonly (Fact & { id: string })[], score: number) {
  const tx = new Transaction(null as never, new Date(at(500)), { ...SHIPPED_PROGRAMME, version: 1 });
  const referral: ReferralBooks = {
    id: 'r', referrerId: 'till', refereeId: 'nina', registeredAt: at(0), qualifications: [], decisions: [], qualifiedAt: null, qualifyingPaymentId: null,
    assessments: [{ sequence: 1, score, paymentId: 'p0', paidAt: at(0), assessedAt: at(0) }], approvedScore: null, isRejected: false, payingCount: 0,
  };
  const referrals: ReferralBooks[] = [];
  const referrer = { userId: 'till', qualifiedCount: 0, paidCount: 0, claims: [], sequence: 0 };
  const books = new PaymentBooks(tx, { payments: [], refunds: [], reports: [], referrals: [referral], referrers: [referrer], bonuses: [], accounts, programmes: [] });
  // before the registration the referral is not there to be found
  const found = (books as unknown as { referrals: Map<string, ReferralBooks> }).referrals;
  found.clear();
  const settleAll = (): void => { for (const payment of books.payments.values()) books.settle(payment, 'review'); };
  for (const one of facts) {
    if (one.kind === 'registration') {
      referrals.push(referral);
      found.set('nina', referral);
      settleAll();
    }
    if (one.kind === 'pay') books.putPayment(paymentOf(`p${one.n}`, one.amount, at(one.hours)), 'a host');
    if (one.kind === 'refund') {
      books.putRefund({
        id: one.id, payment_id: `p${one.n}`, amount: one.amount, is_cumulative: one.cumulative, occurred_at: at(one.hours), applied_amount: null, created_at: at(500),
      });
    }
    if (one.kind === 'dispute') {
      books.putReport({ dispute_id: `d${one.n}`, payment_id: `p${one.n}`, status: one.status, amount: one.amount, occurred_at: at(one.hours), created_at: at(500) });
    }
    if (one.kind === 'decision') {
      referral.decisions.push({ reviewId: one.id, decision: one.decision, score, decidedAt: at(450) });
      if (one.decision === 'approved') referral.approvedScore = score;
      if (one.decision === 'rejected') referral.isRejected = true;
      settleAll();
    }
    settleAll(); // told again, it moves nothing
  }
  return { books, referral };
}

const paymentOf = (id: string, amount: number, occurredAt: string): PaymentRow => ({
  id, user_id: 'nina', kind: 'purchase', amount, currency: 'EUR', status: 'settled', period_days: null, occurred_at: occurredAt, failed_at: null,
  created_at: at(500), referral_id: null, returned: 0, at_stake: 0, returned_at: null, is_revoked: false, sequence: 1,
});

it('every order of arrival of the same facts ends alike, in books that balance and never fall below zero', () => {
  const history = fc.array(fact, { minLength: 1, maxLength: 12 })
    .map((list) => list.filter((one, i) => one.kind !== 'pay' || list.findIndex((other) => other.kind === 'pay' && other.n === one.n) === i))
    .map((list) => [{ kind: 'registration' as const }, ...list].map((one, i) => ({ ...one, id: `f${i}` })))
    .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.constantFrom(0, 40, 70, 95)));
  fc.assert(fc.property(history, ([list, shuffled, score]) => {
    const states = [live(list, score), live(shuffled, score)].map(({ books, referral }) => {
      const balances = books.journal.balancesOf('till', 'EUR');
      const recount = (kind: string): number => books.journal.rows.reduce(
        (sum, { debit_account: from, credit_account: to, amount: moved }) => sum + (to === kind ? moved : 0) - (from === kind ? moved : 0), 0);
      expect([balances.available, balances.held, balances.debt]).toEqual([recount('available'), recount('held'), 0 - recount('debt')]);
      expect(Math.min(...Object.values(balances))).toBeGreaterThanOrEqual(0);
      expect(['programme', 'available', 'held', 'debt'].reduce((sum, kind) => sum + recount(kind), 0)).toBe(0);
      const payments = [...books.payments.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, returned, at_stake: atStake, is_revoked: isRevoked }) =>
        ({ id, returned, atStake, isRevoked }));
      return { balances, payments, payingCount: referral.payingCount };
    });
    expect(states[1]).toEqual(states[0]);
  }), { numRuns: 10_000 });
}, 120_000);
