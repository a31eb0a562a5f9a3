import { events } from '@referrals/contracts';
import type { Log } from '@referrals/messaging';
import { type Database, REAL_NOW, type Transaction } from '@referrals/persistence';
import { setTimeout as sleep } from 'node:timers/promises';
import { pauseAfter, type Patience } from './back-off.js';
import type { EndpointSecrets } from './endpoint-secret.js';
import { postWebhook, type Answer } from './post-webhook.js';

/** Attempts at once, over all and for one endpoint: one that hangs leaves room for the others. */
const AT_ONCE = 32;
const PER_ENDPOINT = 8;
/** Longer than an attempt may take: after that it counts as never made. */
const LEASE_SECONDS = 30;
const IDLE_MS = 250;
const PACE_MS = 10;

interface Attempt {
  id: string; endpointId: string; eventId: string; url: string; body: string; attempts: number;
  secretVersion: number; isPreviousValid: boolean; now: Date;
}

const CLAIM = `with
  busy as (select "endpointId", count from json_to_recordset($1::json) as t("endpointId" uuid, count int)),
  due as (
    select d.id from endpoint e left join busy on busy."endpointId" = e.id
    cross join lateral (
      select d.id from delivery d where d.endpoint_id = e.id and d.status = 'pending' and d.due_at <= ${REAL_NOW}
      order by d.due_at limit greatest(0, ${PER_ENDPOINT} - coalesce(busy.count, 0)) for update skip locked) d
    where e.is_active and e.deleted_at is null limit $2)
  update delivery d set due_at = ${REAL_NOW} + make_interval(secs => ${LEASE_SECONDS}), attempts = d.attempts + 1, last_attempt_at = ${REAL_NOW}
  from endpoint e, webhook_event w where d.id in (select id from due) and e.id = d.endpoint_id and w.id = d.event_id
  returning d.id, d.endpoint_id as "endpointId", d.event_id as "eventId", e.url, w.body, d.attempts, e.secret_version as "secretVersion",
    coalesce(e.previous_secret_until > ${REAL_NOW}, false) as "isPreviousValid", ${REAL_NOW} as now`;

/** What became of the last attempt: one that was asked for meanwhile, by a person or after a lease, is still to be made or noted. */
const DELIVERED = `with
  done as (update delivery set status = 'delivered', due_at = null, delivered_at = ${REAL_NOW}, last_status = $2, last_error = null
    where id = $1 and status = 'pending' and attempts = $3 returning endpoint_id)
  update endpoint e set failing_since = null from done where e.id = done.endpoint_id and e.failing_since is not null`;

const FAILED = `update delivery set last_status = $2, last_error = $3,
    status = case when give_up_at <= ${REAL_NOW} then 'failed' else 'pending' end,
    due_at = case when give_up_at <= ${REAL_NOW} then null else ${REAL_NOW} + make_interval(secs => $4) end
  where id = $1 and status = 'pending' and attempts = $5`;

const FAILING = `update endpoint set failing_since = coalesce(failing_since, ${REAL_NOW}),
    is_active = failing_since is null or failing_since > ${REAL_NOW} - make_interval(secs => $2)
  where id = $1 and is_active and deleted_at is null
  returning is_active as "isActive", url, failing_since as "failingSince", sequence`;

const DISABLE = `update endpoint set disabled_reason = 'failing', sequence = sequence + 1 where id = $1 returning sequence`;

export interface SenderOptions {
  allowPrivate: boolean;
  patience: Patience;
  timeoutMs?: number;
}

/** Sends what is due, many at once; any number of processes share the work. Nothing of it touches the rest of the room. */
export class Sender {
  private readonly inFlight = new Map<string, number>();
  private readonly attempts = new Set<Promise<void>>();
  private readonly end = new AbortController();
  private done: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: Database,
    private readonly secrets: EndpointSecrets,
    private readonly log: Log,
    private readonly options: SenderOptions,
  ) {}

  start(): void {
    this.done = this.run();
  }

  /** Ends after the attempts under way. */
  async stop(): Promise<void> {
    this.end.abort();
    await this.done;
    await Promise.all(this.attempts);
  }

  private async run(): Promise<void> {
    while (!this.end.signal.aborted) {
      const count = await this.sendDue().catch((error: Error) => {
        this.log.warn({ err: error.message }, 'webhooks_wait');
        return 0;
      });
      if (count === 0 || this.attempts.size >= AT_ONCE) await this.idle();
    }
  }

  /** Until an attempt ends and leaves its place, or something new may be due. */
  private async idle(): Promise<void> {
    const waited = new AbortController();
    const end = AbortSignal.any([this.end.signal, waited.signal]);
    await Promise.race([sleep(IDLE_MS, undefined, { signal: end }).catch(() => undefined), ...this.attempts]);
    waited.abort();
    // what ends together is taken up together
    await sleep(PACE_MS);
  }

  private async sendDue(): Promise<number> {
    const room = AT_ONCE - this.attempts.size;
    const busy = [...this.inFlight].map(([endpointId, count]) => ({ endpointId, count }));
    const claimed = await this.db.transaction((tx) => tx.rows<Attempt>(CLAIM, [JSON.stringify(busy), room]));
    for (const attempt of claimed) this.begin(attempt);
    return claimed.length;
  }

  private begin(attempt: Attempt): void {
    const { endpointId } = attempt;
    this.inFlight.set(endpointId, (this.inFlight.get(endpointId) ?? 0) + 1);
    const made = this.send(attempt)
      .catch((error: Error) => this.log.warn({ err: error.message, deliveryId: attempt.id }, 'webhook_not_recorded'))
      .finally(() => {
        this.attempts.delete(made);
        const left = this.inFlight.get(endpointId)! - 1;
        if (left > 0) this.inFlight.set(endpointId, left);
        else this.inFlight.delete(endpointId);
      });
    this.attempts.add(made);
  }

  private async send(attempt: Attempt): Promise<void> {
    const { id, endpointId, eventId, url, body, now } = attempt;
    const headers = this.secrets.headersOf({ ...attempt, id: endpointId }, eventId, body, now);
    const answer = await postWebhook(url, body, headers, this.options);
    this.log.info({ deliveryId: id, endpointId, eventId, status: answer.status, error: answer.error }, answer.error ? 'webhook_failed' : 'webhook_delivered');
    await this.db.transaction(async (tx) => {
      if (answer.error === null) await tx.rows(DELIVERED, [id, answer.status, attempt.attempts]);
      else await this.failed(tx, attempt, answer);
    });
  }

  private async failed(tx: Transaction, { id, endpointId, attempts }: Attempt, { status, error }: Answer): Promise<void> {
    const { patience } = this.options;
    await tx.rows(FAILED, [id, status, error, pauseAfter(attempts, patience, Math.random()) / 1_000, attempts]);
    const [endpoint] = await tx.rows<{ isActive: boolean; url: string; failingSince: Date }>(FAILING, [endpointId, patience.disableAfter / 1_000]);
    if (!endpoint || endpoint.isActive) return;
    const [row] = await tx.rows<{ sequence: number }>(DISABLE, [endpointId]);
    this.log.error({ endpointId }, 'webhook_endpoint_disabled');
    tx.emit(events.webhookEndpointDisabled, {
      aggregateId: endpointId, sequence: row!.sequence, occurredAt: tx.now,
      data: { endpointId, url: endpoint.url, failingSince: endpoint.failingSince.toISOString() },
    });
  }
}
