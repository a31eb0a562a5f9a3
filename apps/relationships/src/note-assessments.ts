import type { EventData, events } from '@referrals/contracts';
import { bandOf } from '@referrals/domain';
import type { ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';

type Assessed = ReceivedEvent<EventData<typeof events.referralAssessed>>;

/** The newest assessment of each referral wins, whatever the order of arrival. */
const UPDATE = `with row as (
    select distinct on (id) * from json_to_recordset($2::json) as t(id uuid, score int, signals json, flagged boolean, sequence int)
    order by id, sequence desc)
  update referral r set fraud_score = row.score, fraud_signals = row.signals, is_flagged = row.flagged, assessment_sequence = row.sequence
  from row where r.id = row.id and r.id = any(array(select id from row)) and r.assessment_sequence < row.sequence`;

/** Shows on the referral what fraud found. */
export async function noteAssessments(tx: Transaction, assessed: Assessed[]): Promise<void> {
  const { thresholds } = tx.programme.fraud;
  const rows = assessed.map(({ data, sequence }) => ({
    id: data.referralId, score: data.score, signals: data.signals, flagged: bandOf(data.score, thresholds) === 'reject', sequence,
  }));
  await tx.write(UPDATE, [JSON.stringify(rows)]);
}
