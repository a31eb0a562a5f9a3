import type { Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';
import { REVIEW_COLUMNS, type ReviewRow } from './review-row.js';

/** In one order, because bulk decisions and rescoring may want the same ones. */
const LOCK = `select ${REVIEW_COLUMNS} from review where id = any($1) order by id for update`;

/** The review, its history and the audit log change together or not at all. */
const WRITE = `with
  changed as (
    update review set status = t.status, assignee = t.assignee, notes = t.notes, decided_at = t."decidedAt", decided_by = t."decidedBy",
      sequence = t.sequence
    from json_to_recordset($2::json) as t(id uuid, status text, assignee text, notes text, "decidedAt" timestamptz, "decidedBy" text, sequence int)
    where review.id = t.id),
  audited as (
    insert into audit (id, actor, action, subject, before, after, created_at)
    select t.id, t.actor, 'review.' || t.kind, t."reviewId"::text, t.before, t.after, $4
    from json_to_recordset($3::json) as t(id uuid, actor text, kind text, "reviewId" uuid, before json, after json))
  insert into review_entry (id, review_id, kind, actor, body, at)
  select t.id, t."reviewId", t.kind, t.actor, t.body, $4
  from json_to_recordset($3::json) as t(id uuid, "reviewId" uuid, kind text, actor text, body json)`;

/** What somebody did to a review, and what became of it. */
export interface ReviewEntry {
  kind: 'approved' | 'rejected' | 'escalated' | 'assigned' | 'noted';
  actor: string;
  body: object;
  before: ReviewRow;
  after: ReviewRow;
}

export async function lockReviews(tx: Transaction, ids: string[]): Promise<Map<string, ReviewRow>> {
  const rows = await tx.rows<ReviewRow>(LOCK, [ids]);
  return new Map(rows.map((row) => [row.id, row]));
}

export async function writeReviews(tx: Transaction, entries: ReviewEntry[]): Promise<void> {
  const shown = ({ status, assignee, notes, score }: ReviewRow) => ({ status, assignee, notes, score });
  const records = entries.map(({ kind, actor, body, before, after }) => (
    { id: uuidv7(), reviewId: before.id, kind, actor, body, before: shown(before), after: shown(after) }));
  await tx.write(WRITE, [JSON.stringify(entries.map(({ after }) => after)), JSON.stringify(records), tx.now]);
}
