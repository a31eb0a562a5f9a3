import { events, type EventData } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { advanceStages, progressOf } from './advance-stages.js';
import { preparePayments } from './record-activity.queries.js';
import { paymentFact, type PaymentRow } from './referral-row.js';

type PaymentReturned = ReceivedEvent<EventData<typeof events.paymentRefunded> | EventData<typeof events.paymentDisputed>>;
type PaymentSettled = ReceivedEvent<EventData<typeof events.paymentSettled>>;

/** Whether a payment is revoked is what the newest news of it says. */
const INSERT = `insert into payment_fact (payment_id, user_id, occurred_at, revoked, sequence)
  select payment_id, user_id, occurred_at, revoked, sequence
  from json_to_recordset($2::json) as t(payment_id text, user_id text, occurred_at timestamptz, revoked boolean, sequence int)
  order by payment_id on conflict (payment_id) do update set revoked = excluded.revoked, sequence = excluded.sequence
    where payment_fact.sequence < excluded.sequence`;

/** A settled payment activates and qualifies the payer's referral; without one it waits here for a referral to come. */
export const notePayments = (tx: Transaction, settled: PaymentSettled[]): Promise<void> =>
  note(tx, settled.map(({ data, sequence }) => (
    { payment_id: data.paymentId, user_id: data.userId, occurred_at: data.occurredAt, revoked: false, sequence })));

/** A payment that went back soon enough qualifies nobody; the news of it may come before that of the payment. */
export const noteReturns = (tx: Transaction, returned: PaymentReturned[]): Promise<void> =>
  note(tx, returned.map(({ data, sequence }) => (
    { payment_id: data.paymentId, user_id: data.userId, occurred_at: data.paidAt, revoked: data.isRevoked, sequence })));

async function note(tx: Transaction, told: PaymentRow[]): Promise<void> {
  const { referrals, payments } = await preparePayments(tx, told.map((row) => ({ paymentId: row.payment_id, userId: row.user_id })));
  const all = new Map<string, PaymentRow>(payments.map((row) => [row.payment_id, row]));
  const fresh = new Map<string, PaymentRow>();
  for (const row of told) {
    if ((all.get(row.payment_id)?.sequence ?? -1) >= row.sequence) continue;
    all.set(row.payment_id, row);
    fresh.set(row.payment_id, row);
  }
  await tx.write(INSERT, [JSON.stringify([...fresh.values()])]);
  const paidBy = (user: string) => [...all.values()].filter((row) => row.user_id === user).map(paymentFact);
  await advanceStages(tx, referrals.map((row) => progressOf(row, paidBy(row.referee_id))));
}
