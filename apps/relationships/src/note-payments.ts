import { events, type EventData } from '@referrals/contracts';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { advanceStages, progressOf } from './advance-stages.js';
import { preparePayments } from './record-activity.queries.js';
import { paymentFact, type PaymentRow } from './referral-row.js';

type PaymentSettled = ReceivedEvent<EventData<typeof events.paymentSettled>>;

const INSERT = `insert into payment_fact (payment_id, user_id, occurred_at)
  select payment_id, user_id, occurred_at from json_to_recordset($2::json) as t(payment_id text, user_id text, occurred_at timestamptz)
  order by payment_id on conflict (payment_id) do nothing`;

/** A settled payment activates and qualifies the payer's referral; without one it waits here for a referral to come. */
export async function notePayments(tx: Transaction, settled: PaymentSettled[]): Promise<void> {
  const { referrals, payments } = await preparePayments(tx, settled.map(({ data }) => data));
  const fresh = settled.map(({ data }): PaymentRow => ({
    payment_id: data.paymentId, user_id: data.userId, occurred_at: data.occurredAt, revoked: false,
  }));
  await tx.write(INSERT, [JSON.stringify(fresh)]);
  const all = new Map([...fresh, ...payments].map((row) => [row.payment_id, row]));
  const paidBy = (user: string) => [...all.values()].filter((row) => row.user_id === user).map(paymentFact);
  await advanceStages(tx, referrals.map((row) => progressOf(row, paidBy(row.referee_id))));
}
