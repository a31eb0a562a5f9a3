import type { ActivityKind } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import type { PaymentRow, ReferralRow } from './referral-row.js';

export interface History {
  row: ReferralRow;
  activities: { kind: ActivityKind; app_id: string | null; occurred_at: string }[];
  payments: PaymentRow[];
}

const HISTORY = `
  select to_json(r) as row,
    (select coalesce(json_agg(a), '[]') from (
       select kind, app_id, occurred_at from activity where user_id = r.referee_id and occurred_at >= r.registered_at) a) as activities,
    (select coalesce(json_agg(p), '[]') from payment_fact p where p.user_id = r.referee_id) as payments
  from referral r where r.referee_id = any($1)`;

export const loadHistory = (tx: Transaction, refereeIds: string[]): Promise<History[]> => tx.rows<History>(HISTORY, [refereeIds]);

const WRITE = `with row as (
    select * from json_to_recordset($2::json) as t(
      id uuid, stage text, activated_at timestamptz, qualified_at timestamptz, qualifying_payment_id text, told_payment_id text, retained_at timestamptz,
      converted_at timestamptz, first_use_at timestamptz, first_trial_at timestamptz, first_activity_at timestamptz, first_use_by_app json,
      told_apps text[], sequence int))
  update referral r set
    stage = row.stage, activated_at = row.activated_at, qualified_at = row.qualified_at, qualifying_payment_id = row.qualifying_payment_id,
    told_payment_id = row.told_payment_id,
    retained_at = row.retained_at, converted_at = row.converted_at, first_use_at = row.first_use_at, first_trial_at = row.first_trial_at,
    first_activity_at = row.first_activity_at, first_use_by_app = row.first_use_by_app, told_apps = row.told_apps, sequence = row.sequence
  from row where r.id = row.id`;

export async function writeProgress(tx: Transaction, rows: ReferralRow[]): Promise<void> {
  await tx.write(WRITE, [JSON.stringify(rows)]);
}
