import { assertAmount } from './money.js';
import { byTimeThenId, compareText, earliest } from './time.js';

export interface RefundFact {
  id: string;
  amount: number;
  occurredAt: Date;
}

export type DisputeStatus = 'opened' | 'won' | 'lost';

/** One report about a dispute; several may share the id. `amount` null: the whole payment. */
export interface DisputeFact {
  id: string;
  status: DisputeStatus;
  amount: number | null;
  occurredAt: Date;
}

export interface Dispute {
  id: string;
  status: DisputeStatus;
  amount: number | null;
  openedAt: Date;
  /** When the present status was reached. */
  statusAt: Date;
}

/** Disputes as they stand: the last state by time wins, won and lost win over opened; at the same instant lost wins. */
export function disputeStates(facts: Iterable<DisputeFact>): Dispute[] {
  const byId = new Map<string, DisputeFact[]>();
  for (const fact of facts) byId.set(fact.id, [...(byId.get(fact.id) ?? []), fact]);
  return [...byId].map(([id, facts]) => {
    const reports = [...facts].sort(byAuthority);
    const status = reports.at(-1)!.status;
    // The state began with the first of the reports that agree at the end: a repeated one does not start it anew.
    const since = reports[reports.findLastIndex((report) => report.status !== status) + 1]!.occurredAt;
    const amount = reports.findLast((report) => report.amount !== null)?.amount ?? null;
    return { id, status, amount, openedAt: earliest(reports.map((report) => report.occurredAt))!, statusAt: since };
  });
}

const STATUS_ORDER: readonly DisputeStatus[] = ['opened', 'won', 'lost'];

function byAuthority(a: DisputeFact, b: DisputeFact): number {
  return (
    Number(a.status !== 'opened') - Number(b.status !== 'opened') ||
    a.occurredAt.getTime() - b.occurredAt.getTime() ||
    STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status) ||
    (a.amount ?? Infinity) - (b.amount ?? Infinity)
  );
}

/** A lost dispute; `amount` null: the whole payment. */
export type LostDispute = Pick<Dispute, 'id' | 'amount' | 'openedAt'>;

/**
 * How much of a payment has gone back: min(amount, max(refunds by id, highest cumulative figure) + lost disputes not covered by refunds).
 * A refund covers a dispute when it was made once the dispute was open: the same money then came back twice on paper.
 * An earlier refund is other money, since only the rest could be disputed.
 */
export function returnedAmount(payment: {
  amount: number;
  refunds: Iterable<RefundFact>;
  cumulativeSeen: number;
  lostDisputes: Iterable<LostDispute>;
}): number {
  assertAmount(payment.amount);
  const refunds = [...new Map([...payment.refunds].map((refund) => [refund.id, refund])).values()];
  const refunded = BigInt(Math.max(Number(capped(total(refunds), payment.amount)), payment.cumulativeSeen));
  return Number(capped(refunded + uncovered(payment.amount, refunds, [...payment.lostDisputes]), payment.amount));
}

/** What of the lost disputes the refunds made since do not cover; each refund covers once. */
function uncovered(amount: number, refunds: readonly RefundFact[], disputes: LostDispute[]): bigint {
  const unused = [...refunds].sort(byTimeThenId).map((refund) => ({ at: refund.occurredAt, rest: BigInt(refund.amount) }));
  let sum = 0n;
  // The latest dispute first: it has the fewest refunds to choose from, so no refund is wasted on a dispute with others.
  disputes.sort((a, b) => b.openedAt.getTime() - a.openedAt.getTime() || compareText(a.id, b.id));
  for (const dispute of disputes) {
    let open = BigInt(Math.min(dispute.amount ?? amount, amount));
    for (const refund of unused) {
      if (refund.at.getTime() < dispute.openedAt.getTime()) continue;
      const covered = refund.rest < open ? refund.rest : open;
      refund.rest -= covered;
      open -= covered;
    }
    sum += open;
  }
  return sum;
}

/**
 * The first instant at which the payment had gone back in full or a dispute of it was lost; null while neither is so.
 * A cumulative figure counts from when it was reported.
 */
export function returnedAt(payment: {
  amount: number;
  refunds: readonly RefundFact[];
  cumulative?: readonly { amount: number; occurredAt: Date }[];
  disputes: Iterable<Dispute>;
}): Date | null {
  const cumulative = payment.cumulative ?? [];
  const lost = [...payment.disputes].filter((dispute) => dispute.status === 'lost');
  const instants = [...payment.refunds, ...cumulative].map((fact) => fact.occurredAt);
  const fullAt = instants.filter((instant) => {
    const known = <T>(facts: readonly T[], at: (fact: T) => Date) => facts.filter((fact) => at(fact).getTime() <= instant.getTime());
    return returnedAmount({
      amount: payment.amount,
      refunds: known(payment.refunds, (refund) => refund.occurredAt),
      cumulativeSeen: Math.max(0, ...known(cumulative, (figure) => figure.occurredAt).map((figure) => figure.amount)),
      lostDisputes: known(lost, (dispute) => dispute.statusAt),
    }) >= payment.amount;
  });
  return earliest([...fullAt, ...lost.map((dispute) => dispute.statusAt)]);
}

const total = (facts: readonly { amount: number }[]): bigint =>
  facts.reduce((sum, { amount }) => sum + BigInt(assertAmount(amount)), 0n);

const capped = (sum: bigint, amount: number): bigint => (sum < BigInt(amount) ? sum : BigInt(amount));
