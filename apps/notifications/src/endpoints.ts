import type { Input, notifications, WebhookEndpoint, WebhookEndpointWithSecret } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { addAudit, type Outcome } from '@referrals/messaging';
import { type Database, decodeCursor, listing, page, type Page, REAL_NOW, type Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';

type Contracts = typeof notifications;

interface EndpointRow extends Omit<WebhookEndpoint, 'failingSince' | 'previousSecretUntil' | 'createdAt'> {
  failingSince: Date | null;
  previousSecretUntil: Date | null;
  createdAt: Date;
}

const COLUMNS = `id, url, events, is_active as "isActive", disabled_reason as "disabledReason", failing_since as "failingSince",
  previous_secret_until as "previousSecretUntil", created_at as "createdAt"`;

const endpointOf = (row: EndpointRow): WebhookEndpoint => ({
  ...row, failingSince: row.failingSince?.toISOString() ?? null, previousSecretUntil: row.previousSecretUntil?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
});

export async function listEndpoints(db: Database, { limit, cursor }: Input<Contracts['listEndpoints']>): Promise<Page<WebhookEndpoint>> {
  const before = idOf(cursor);
  const rows = await db.rows<EndpointRow>(...listing(`select ${COLUMNS} from endpoint`, [['deleted_at is null'], before !== null && ['id < ?', before]], 'id desc', limit + 1));
  const { data, nextCursor } = page(rows, limit, (row) => [row.id]);
  return { data: data.map(endpointOf), nextCursor };
}

/** The id with which a page begins. @throws Refusal `invalid_request` */
export function idOf(cursor: string | undefined): string | null {
  const [id] = decodeCursor(cursor, ['id']) ?? [];
  return id ?? null;
}

const CREATE = `insert into endpoint (id, url, events, secret_made_at, created_at) values ($1, $2, $3, ${REAL_NOW}, $4) returning ${COLUMNS}`;

export async function createEndpoint(
  tx: Transaction, { url, events }: Input<Contracts['createEndpoint']>, isForbidden: boolean, actor: string,
): Promise<Outcome<WebhookEndpointWithSecret>> {
  if (isForbidden) return new Refusal('forbidden_address');
  const [row] = await tx.rows<EndpointRow>(CREATE, [uuidv7(), url, events ?? null, tx.now]);
  await addAudit(tx, { actor, action: 'webhook_endpoint.created', subject: row!.id, after: { url, events } });
  return { ...endpointOf(row!), secret: null };
}

/** The old secret signs beside the new one for so long. */
const OVERLAP_HOURS = 24;

const UPDATE = `update endpoint set url = coalesce($2, url), events = case when $3 then $4::text[] else events end,
    is_active = coalesce($5, is_active), disabled_reason = case when $5 then null else disabled_reason end,
    failing_since = case when $5 or $2 is not null then null else failing_since end,
    secret_version = secret_version + $6::int,
    secret_made_at = case when $6 = 1 then ${REAL_NOW} else secret_made_at end,
    previous_secret_until = case when $6 = 1 then ${REAL_NOW} + make_interval(hours => ${OVERLAP_HOURS}) else previous_secret_until end
  where id = $1 and deleted_at is null returning ${COLUMNS}`;

/** Switching an endpoint on again forgets its failures; what waits for it is sent. */
export async function updateEndpoint(
  tx: Transaction, input: Input<Contracts['updateEndpoint']>, isForbidden: boolean, actor: string,
): Promise<Outcome<WebhookEndpointWithSecret>> {
  if (isForbidden) return new Refusal('forbidden_address');
  const { id, url, events, isActive, rotateSecret } = input;
  const [row] = await tx.rows<EndpointRow>(UPDATE, [id, url ?? null, events !== undefined, events ?? null, isActive ?? null, rotateSecret ? 1 : 0]);
  if (!row) return new Refusal('not_found');
  await addAudit(tx, { actor, action: 'webhook_endpoint.changed', subject: id, after: { url, events, isActive, rotateSecret } });
  return { ...endpointOf(row), secret: null };
}

const DELETE = `with gone as (update endpoint set deleted_at = $2, is_active = false where id = $1 and deleted_at is null returning id),
  ended as (update delivery set status = 'failed', due_at = null, last_error = 'endpoint_deleted'
    where endpoint_id in (select id from gone) and status = 'pending')
  select id from gone`;

export async function deleteEndpoint(tx: Transaction, id: string, actor: string): Promise<Outcome<null>> {
  const gone = await tx.rows(DELETE, [id, tx.now]);
  if (gone.length === 0) return new Refusal('not_found');
  await addAudit(tx, { actor, action: 'webhook_endpoint.deleted', subject: id });
  return null;
}

const FRESH_SECRET = `select secret_version as version from endpoint
  where id = $1 and deleted_at is null and secret_made_at > ${REAL_NOW} - interval '1 minute'`;

/** The version of a secret made just now. @throws Refusal `not_found` */
export async function freshSecretVersion(db: Database, id: string): Promise<number> {
  const [row] = await db.rows<{ version: number }>(FRESH_SECRET, [id]);
  if (!row) throw new Refusal('not_found');
  return row.version;
}
