import { SHIPPED_PROGRAMME } from '@referrals/config';
import {
  belongsTo, cashbackAfterReturns, deriveStages, disputeStates, isRevoked, returnedAmount, returnedAt, type ActivityFact, type ActivityKind, type DisputeFact,
  type DisputeStatus, type PaymentFact, type PaymentKind, type PaymentStatus, type RefundFact, type StageState,
} from '@referrals/domain';
import type { Body } from '../load/history.js';

/** What hosts said and were promised, by what it is about. Nothing else goes into the model. */
export interface Heard {
  registrations: Registration[];
  activities: Body[];
  payments: Body[];
  refunds: Body[];
  disputes: Body[];
}

export interface Registration {
  refereeId: string;
  referrerId: string;
  registeredAt: Date;
  appId: string | null;
}

export interface ExpectedPayment extends PaymentFact {
  kind: PaymentKind;
  amount: number;
  returned: number;
}

export interface ExpectedReferral extends Registration {
  state: StageState;
  /** as it may be where a retention check ran while the clock was ahead */
  ahead: StageState;
  payments: ExpectedPayment[];
}

export interface World {
  payments: Map<string, ExpectedPayment>;
  /** by referee */
  referrals: Map<string, ExpectedReferral>;
}

const { stages } = SHIPPED_PROGRAMME;

/**
 * The programme's promises as a function of the set of facts: no order, no batches, no tables, no messages. Decisions of the domain are used,
 * what rooms make of them is not.
 * @param checkedAt when the retention check ran last
 * @param furthest the latest instant that the clock ever showed
 */
export function worldOf(heard: Heard, checkedAt: Date, furthest: Date): World {
  const refunds = grouped(heard.refunds, 'paymentId');
  const disputes = grouped(heard.disputes, 'paymentId');
  const payments = new Map(heard.payments.map((body) => [String(body['id']), paymentOf(body, refunds, disputes)]));
  const paymentsOf = Map.groupBy(heard.payments, (body) => String(body['userId']));
  const activitiesOf = grouped(heard.activities, 'userId');
  const referrals = heard.registrations.map((registration): ExpectedReferral => {
    const mine = (paymentsOf.get(registration.refereeId) ?? []).map((body) => payments.get(String(body['id']))!);
    const activities = (activitiesOf.get(registration.refereeId) ?? []).map(activityOf);
    const stateAt = (retainedCheckNow: Date): StageState => deriveStages({ ...registration, activities, payments: mine, rules: stages, retainedCheckNow });
    return { ...registration, state: stateAt(checkedAt), ahead: stateAt(furthest), payments: mine.filter(({ status, occurredAt }) => status === 'settled' && belongsTo(occurredAt, registration.registeredAt)) };
  });
  return { payments, referrals: new Map(referrals.map((referral) => [referral.refereeId, referral])) };
}

const grouped = (bodies: readonly Body[], field: string): Map<string, Body[]> => Map.groupBy(bodies, (body) => String(body[field]));
const instant = (body: Body): Date => new Date(String(body['occurredAt']));

const activityOf = (body: Body): ActivityFact => ({ kind: body['kind'] as ActivityKind, appId: (body['appId'] as string | undefined) ?? null, occurredAt: instant(body) });
const refundOf = (body: Body): RefundFact => ({ id: String(body['id']), amount: Number(body['amount']), occurredAt: instant(body) });
const disputeOf = (body: Body): DisputeFact => ({ id: String(body['id']), status: body['status'] as DisputeStatus, amount: Number(body['amount']), occurredAt: instant(body) });

function paymentOf(body: Body, refundsOf: Map<string, Body[]>, disputesOf: Map<string, Body[]>): ExpectedPayment {
  const [id, amount, occurredAt] = [String(body['id']), Number(body['amount']), instant(body)];
  const fact = { id, amount, occurredAt, kind: body['kind'] as PaymentKind, status: body['status'] as PaymentStatus };
  if (fact.status !== 'settled') return { ...fact, returned: 0 };
  const refunds = (refundsOf.get(id) ?? []).map(refundOf);
  const disputes = disputeStates((disputesOf.get(id) ?? []).map(disputeOf));
  const lostDisputes = disputes.filter(({ status }) => status === 'lost');
  const returned = returnedAmount({ amount, refunds, cumulativeSeen: 0, lostDisputes });
  const revoked = isRevoked(occurredAt, returnedAt({ amount, refunds, disputes }), stages.revocationDays);
  return { ...fact, returned, revoked };
}

/** The cashback of a payment that must have been taken back by now. @param rate as booked, in basis points */
export const cashbackTakenBack = ({ amount, returned }: ExpectedPayment, rate: number): number =>
  cashbackAfterReturns(amount, 0, rate) - cashbackAfterReturns(amount, returned, rate);
