import { v7 as uuidv7 } from 'uuid';
import { events } from '@referrals/contracts';
import { Programme } from '@referrals/config';
import { belongsTo, cashbackLevel, cashbackOf, grantTrigger } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import { UNSETTLED, type BonusRow, type ReferralBooks } from './bonus-row.js';
import type { ReferrerState } from './booking.queries.js';
import { decideBonus } from './decide-bonus.js';
import { endDays } from './end-days.js';
import { Journal } from './ledger.js';
import type { MoneyFacts } from './money.queries.js';
import { isHistory } from './note-imports.js';
import { countPaying } from './paying-referees.js';
import { applyReturns, disputesOf } from './payment-returns.js';
import { auditOf, type PaymentRow, type RefundRow, type ReportRow } from './payment-row.js';
import { isChanged, knownOf, tellBonus, type TakeBackReason } from './tell-bonus.js';
import { writeBooks, type AuditRow } from './write-books.js';

/** Payments with all that hangs on them, as a command works on them; `write` puts down what changed. */
export class PaymentBooks {
  readonly payments: Map<string, PaymentRow>;
  readonly refunds: Map<string, RefundRow>;
  readonly reports: ReportRow[];
  private readonly referrals: Map<string, ReferralBooks>;
  private readonly referrers: Map<string, ReferrerState>;
  private readonly bonuses: Map<string, BonusRow[]>;
  private readonly programmes: Map<number, Programme>;
  readonly journal: Journal;
  private readonly changed = {
    payments: new Set<PaymentRow>(), refunds: new Set<RefundRow>(), reports: new Set<ReportRow>(), bonuses: new Set<BonusRow>(),
    referrals: new Set<ReferralBooks>(), referrers: new Set<ReferrerState>(), audits: new Set<AuditRow>(),
  };

  /** Referrals of which a payment went back: its days go with it. */
  private readonly gone = new Map<ReferralBooks, TakeBackReason>();

  constructor(private readonly tx: Transaction, facts: MoneyFacts) {
    this.payments = new Map(facts.payments.map((payment) => [payment.id, payment]));
    this.refunds = new Map(facts.refunds.map((refund) => [refund.id, refund]));
    this.reports = facts.reports;
    this.referrals = new Map(facts.referrals.map((referral) => [referral.refereeId, referral]));
    this.referrers = new Map(facts.referrers.map((referrer) => [referrer.userId, referrer]));
    this.bonuses = Map.groupBy(facts.bonuses, (bonus) => bonus.payment_id!);
    this.programmes = new Map(facts.programmes.map(({ version, body }) => [version, Programme.parse(body)]));
    this.journal = new Journal(facts.accounts, tx.now);
  }

  /** A payment is new, or settled after it had failed. @param actor who told of it, for the audit log */
  putPayment(payment: PaymentRow, actor: string): void {
    const before = this.payments.get(payment.id);
    this.changed.audits.add(auditOf(payment, before, actor, this.tx.now));
    this.payments.set(payment.id, payment);
    this.changed.payments.add(payment);
    if (payment.status !== 'settled') return;
    this.tellSettled(payment);
    this.settle(payment, 'refund', disputesOf(this.reportsOf(payment)).map(({ id }) => id));
  }

  putRefund(refund: RefundRow): void {
    this.refunds.set(refund.id, refund);
    this.changed.refunds.add(refund);
    const payment = this.payments.get(refund.payment_id);
    if (payment?.status === 'settled') this.settle(payment, 'refund');
  }

  putReport(report: ReportRow): void {
    this.reports.push(report);
    this.changed.reports.add(report);
    const payment = this.payments.get(report.payment_id);
    if (payment?.status === 'settled') this.settle(payment, 'dispute', [report.dispute_id]);
  }

  /** Brings a settled payment to the state that all facts about it justify. */
  settle(payment: PaymentRow, reason: TakeBackReason, disputes: readonly string[] = []): void {
    const refunds = [...this.refunds.values()].filter((refund) => refund.payment_id === payment.id);
    const before = payment.referral_id !== null && !payment.is_revoked;
    const applied = refunds.length + this.reports.length > 0
      ? applyReturns(payment, refunds, this.reportsOf(payment), this.tx.programme.stages.revocationDays) : [];
    const referral = this.referralOf(payment);
    if (referral) {
      payment.referral_id = referral.id;
      const step = Number(!payment.is_revoked) - Number(before);
      if (step !== 0) this.count(referral, step);
      this.bookCashback(payment, referral);
      for (const bonus of this.bonuses.get(payment.id) ?? []) this.decide(bonus, referral, payment, reason);
      if (payment.is_revoked || payment.returned === payment.amount) this.gone.set(referral, reason);
    }
    for (const refund of applied) {
      this.changed.refunds.add(refund);
      this.tellRefunded(payment, refund);
    }
    for (const disputeId of disputes) this.tellDisputed(payment, disputeId);
    this.changed.payments.add(payment);
  }

  /** What was booked or changed, in one statement. */
  async write(): Promise<BonusRow[]> {
    const { payments, refunds, reports, bonuses, referrals, referrers, audits } = this.changed;
    await writeBooks(this.tx, {
      payments: [...payments], refunds: [...refunds], reports: [...reports], bonuses: [...bonuses], referrals: [...referrals],
      referrers: [...referrers], transfers: this.journal.rows, audits: [...audits],
    });
    const renewed = await endDays(this.tx, [...this.gone].map(([{ id: referralId, refereeId }, reason]) => ({ referralId, refereeId, reason })));
    return [...bonuses, ...renewed];
  }

  private reportsOf = (payment: PaymentRow): ReportRow[] => this.reports.filter((report) => report.payment_id === payment.id);

  private referralOf(payment: PaymentRow): ReferralBooks | null {
    const referral = this.referrals.get(payment.user_id);
    return referral && belongsTo(new Date(payment.occurred_at), new Date(referral.registeredAt)) ? referral : null;
  }

  private count(referral: ReferralBooks, step: number): void {
    const referrer = this.referrers.get(referral.referrerId)!;
    countPaying(referral, referrer, () => { referral.payingCount += step; });
    this.changed.referrals.add(referral);
    this.changed.referrers.add(referrer);
  }

  private bookCashback(payment: PaymentRow, referral: ReferralBooks): void {
    const { programme, now } = this.tx;
    const known = this.bonuses.get(payment.id) ?? [];
    if (!programme.families.cashback || isHistory(referral) || known.some(({ family }) => family === 'cashback')) return;
    const { paidCount } = this.referrers.get(referral.referrerId)!;
    const { level, rate } = cashbackLevel(paidCount, programme.cashback.levels);
    const bonus: BonusRow = {
      ...UNSETTLED, ledger_entry_ids: [], id: uuidv7(), referral_id: referral.id, user_id: referral.referrerId, party: 'referrer',
      family: 'cashback', event: 'cashback', trigger: grantTrigger('cashback', payment.id), payment_id: payment.id, app_id: null,
      unit: payment.currency, base: payment.amount, multiplier: rate, amount: cashbackOf(payment.amount, rate), tier: null, level,
      qualified_count: null, paid_count: paidCount, programme_version: programme.version, triggered_at: payment.occurred_at,
      claim_at: null, created_at: now.toISOString(),
    };
    this.bonuses.set(payment.id, [...known, bonus]);
    this.journal.book(bonus, decideBonus(bonus, referral, programme, now, this.moneyOf(bonus, payment)));
    tellBonus(this.tx, bonus);
    this.changed.bonuses.add(bonus);
  }

  private decide(bonus: BonusRow, referral: ReferralBooks, payment: PaymentRow, reason: TakeBackReason): void {
    if (bonus.family === 'access') return; // days are cut by themselves: see take-back-access.ts
    const before = knownOf(bonus);
    const programme = this.programmes.get(bonus.programme_version) ?? this.tx.programme;
    this.journal.book(bonus, decideBonus(bonus, referral, programme, this.tx.now, this.moneyOf(bonus, payment)));
    if (!isChanged(before, bonus)) return;
    tellBonus(this.tx, bonus, before, reason);
    this.changed.bonuses.add(bonus);
  }

  private moneyOf = (bonus: BonusRow, payment: PaymentRow) => ({ payment, balances: this.journal.balancesOf(bonus.user_id, bonus.unit) });

  private tellSettled(payment: PaymentRow): void {
    const { id: paymentId, user_id: userId, kind, amount, currency, period_days: periodDays } = payment;
    const occurredAt = new Date(payment.occurred_at);
    this.tx.emit(events.paymentSettled, {
      aggregateId: paymentId, sequence: payment.sequence, occurredAt,
      data: { paymentId, userId, kind, amount, currency, periodDays, occurredAt: occurredAt.toISOString() },
    });
  }

  private tellRefunded(payment: PaymentRow, refund: RefundRow): void {
    payment.sequence += 1;
    const occurredAt = new Date(refund.occurred_at);
    const data = { ...this.factsOf(payment), refundId: refund.id, appliedAmount: refund.applied_amount ?? 0, occurredAt: occurredAt.toISOString() };
    this.tx.emit(events.paymentRefunded, { aggregateId: payment.id, sequence: payment.sequence, occurredAt, data });
  }

  private tellDisputed(payment: PaymentRow, disputeId: string): void {
    const dispute = disputesOf(this.reportsOf(payment)).find(({ id }) => id === disputeId)!;
    payment.sequence += 1;
    const data = { ...this.factsOf(payment), disputeId, status: dispute.status, disputedAmount: dispute.amount, occurredAt: dispute.statusAt.toISOString() };
    this.tx.emit(events.paymentDisputed, { aggregateId: payment.id, sequence: payment.sequence, occurredAt: dispute.statusAt, data });
  }

  private factsOf = ({ id: paymentId, user_id: userId, amount, currency, ...payment }: PaymentRow) => ({
    paymentId, userId, amount, currency, paidAt: new Date(payment.occurred_at).toISOString(),
    returnedAmount: payment.returned, returnedAt: payment.returned_at === null ? null : new Date(payment.returned_at).toISOString(),
    isRevoked: payment.is_revoked,
  });
}
