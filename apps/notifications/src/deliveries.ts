import type { Input, notifications, WebhookDelivery } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Outcome } from '@referrals/messaging';
import { type Database, listing, page, type Page, REAL_NOW, type Transaction } from '@referrals/persistence';
import { idOf } from './endpoints.js';
import type { Patience } from './back-off.js';

type Contracts = typeof notifications;
type Times = 'lastAttemptAt' | 'nextAttemptAt' | 'createdAt' | 'deliveredAt';
type DeliveryRow = Omit<WebhookDelivery, Times> & Record<Times, Date | null> & { createdAt: Date };

const COLUMNS = `d.id, d.endpoint_id as "endpointId", d.event_id as "eventId",
  (select type from webhook_event w where w.id = d.event_id) as type, d.status, d.attempts, d.last_status as "lastStatus", d.last_error as "lastError",
  d.last_attempt_at as "lastAttemptAt", d.due_at as "nextAttemptAt", d.created_at as "createdAt", d.delivered_at as "deliveredAt"`;

const deliveryOf = (row: DeliveryRow): WebhookDelivery => ({
  ...row,
  lastAttemptAt: row.lastAttemptAt?.toISOString() ?? null, nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(), deliveredAt: row.deliveredAt?.toISOString() ?? null,
});

export async function listDeliveries(
  db: Database, { endpointId, status, limit, cursor }: Input<Contracts['listDeliveries']>,
): Promise<Page<WebhookDelivery>> {
  const before = idOf(cursor);
  const rows = await db.rows<DeliveryRow>(...listing(`select ${COLUMNS} from delivery d`, [
    endpointId !== undefined && ['d.endpoint_id = ?', endpointId], status !== undefined && ['d.status = ?', status], before !== null && ['d.id < ?', before],
  ], 'd.id desc', limit + 1));
  const { data, nextCursor } = page(rows, limit, (row) => [row.id]);
  return { data: data.map(deliveryOf), nextCursor };
}

const RESEND = `update delivery d set status = 'pending', due_at = ${REAL_NOW}, give_up_at = ${REAL_NOW} + make_interval(secs => $2), delivered_at = null, attempts = 0
  where d.id = $1 and exists (select 1 from endpoint e where e.id = d.endpoint_id and e.deleted_at is null) returning ${COLUMNS}`;

/** Under the same id, so that a receiver that has it already can tell. */
export async function resend(tx: Transaction, id: string, { giveUpAfter }: Patience): Promise<Outcome<WebhookDelivery>> {
  const [row] = await tx.rows<DeliveryRow>(RESEND, [id, giveUpAfter / 1_000]);
  return row ? deliveryOf(row) : new Refusal('not_found');
}
