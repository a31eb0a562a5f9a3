import type { ActivityKind } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import type { PaymentRow, ReferralRow } from './referral-row.js';

export interface ActivityRow {
  id: string;
  user_id: string;
  kind: ActivityKind;
  app_id: string | null;
  period_days: number | null;
  occurred_at: string;
}

export interface PreparedActivities {
  /** activities that are stored under the same ids */
  activities: ActivityRow[];
  referrals: ReferralRow[];
  payments: PaymentRow[];
}

const PREPARE = 'select relationships.prepare_facts($1, $2, $3) as prepared';

/** Locks the users, then reads what is known of them and of these activities. */
export async function prepareActivities(tx: Transaction, list: { id: string; userId: string }[]): Promise<PreparedActivities> {
  const [row] = await tx.rows<{ prepared: PreparedActivities }>(PREPARE, [list.map(({ userId }) => userId), list.map(({ id }) => id), []]);
  return row!.prepared;
}

/** The same for users whose payments are told. */
export async function preparePayments(tx: Transaction, list: { paymentId: string; userId: string }[]): Promise<Omit<PreparedActivities, 'activities'>> {
  const [row] = await tx.rows<{ prepared: PreparedActivities }>(PREPARE, [list.map(({ userId }) => userId), [], list.map(({ paymentId }) => paymentId)]);
  return row!.prepared;
}

const INSERT = `with made as (
    insert into activity (id, user_id, kind, app_id, period_days, occurred_at, recorded_at)
    select id, user_id, kind, app_id, period_days, occurred_at, $3 from json_to_recordset($2::json)
      as t(id text, user_id text, kind text, app_id text, period_days int, occurred_at timestamptz)
    order by id on conflict (id) do nothing returning 1)
  select count(*) as made from made`;

/** @returns how many were new */
export async function insertActivities(tx: Transaction, rows: ActivityRow[]): Promise<number> {
  const [result] = await tx.write<{ made: number }>(INSERT, [JSON.stringify(rows), tx.now]);
  return result!.made;
}
