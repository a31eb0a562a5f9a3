import { readEnv, Secrets } from '@referrals/config';
import { events, type ClientContext, type Contract, type EventDefinition, type Input, type Reply } from '@referrals/contracts';
import { DAY, shift } from '@referrals/domain';
import { applyEvents, openLog, Room, Sealer, subscriptionsOf, type AnyEvent, type Answer, type Subscription } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { FraudController } from './fraud.controller.js';
import { todaysSealingKey } from './sealing-keys.js';

export const NOW = new Date('2026-06-15T12:00:00.000Z');

type Signal = 'same_ip' | 'same_device';

/** The room with a database of its own and without a broker: events go in by hand, and what it tells is in its outbox. */
export class FraudFixture {
  private count = 0;

  private constructor(
    readonly t: TestDatabase, readonly db: Database, readonly controller: FraudController, private readonly subscriptions: Subscription[],
    private readonly sealer: Sealer, private readonly folder: string,
  ) {}

  static async create(secrets?: (secrets: Secrets) => void): Promise<FraudFixture> {
    const t = await TestDatabase.create();
    const db = await t.open('fraud');
    await t.setClock(NOW);
    const folder = await mkdtemp(join(tmpdir(), 'fraud-'));
    const log = openLog('fraud', { level: 'info', file: join(folder, 'log') });
    const known = new Secrets(folder);
    secrets?.(known);
    const controller = new FraudController(new Room('fraud', db, null as never, log, readEnv({ DATA_DIR: folder }), known));
    return new FraudFixture(t, db, controller, subscriptionsOf(controller), new Sealer(await db.transaction(todaysSealingKey)), folder);
  }

  async close(): Promise<void> {
    await this.t.close();
    await rm(this.folder, { recursive: true });
  }

  event = (kind: EventDefinition, data: object, sequence = 1): AnyEvent =>
    ({ id: uuidv7(), type: kind.type, aggregateId: 'x', sequence, occurredAt: NOW.toISOString(), data: data as never });
  deliver = (...received: AnyEvent[]) => this.db.transaction((tx) => applyEvents(tx, this.subscriptions, received));

  /** Asks as the broker would, and throws what is refused. */
  async ask<C extends Contract>(contract: C, input: unknown, actor = 'somebody'): Promise<Reply<C>> {
    const verb = contract.subject.split('.')[1] as 'decideReview';
    const bound = this.controller[verb].bind(this.controller) as unknown as (input: Input<C>, meta: object) => Promise<Answer<Reply<C>> | { failure: unknown }>;
    const answer = await bound(input as Input<C>, { actor });
    if ('failure' in answer) throw answer.failure;
    return answer.value;
  }

  /** A referral whose referee signs up with a context. */
  async signUp(context: ClientContext, referrerId = `referrer-${(this.count += 1)}`) {
    const facts = {
      referralId: uuidv7(), referrerId, refereeId: `referee-${(this.count += 1)}`, codeId: uuidv7(), sourceAppId: null, registeredAt: NOW.toISOString(),
    };
    await this.deliver(this.event(events.referralRegistered, {
      ...facts, codeType: 'auto', arrivedAt: facts.registeredAt, referrerRegistrationsLastHour: 1, context: { sealed: this.sealer.seal(context) },
    }));
    return facts;
  }

  seen = (userId: string, context: ClientContext, at = shift(NOW, -DAY)) =>
    this.deliver(this.event(events.activityObserved, { userId, occurredAt: at.toISOString(), context: { sealed: this.sealer.seal(context) } }));

  emailOf = (userId: string, email: string, sequence = 1) => this.deliver(this.event(events.userUpdated, {
    userId, displayName: null, createdAt: null, isActive: true, isVerified: false, locale: null, stripeCustomerId: null,
    sealedEmail: this.sealer.seal({ email }), occurredAt: NOW.toISOString(),
  }, sequence));

  /** A referral with a score of 30 for a shared address, or of 80 for a shared device as well. */
  async suspect(...signals: Signal[]) {
    const n = (this.count += 1);
    const context = { ...(signals.includes('same_ip') && { ip: `203.0.113.${n % 250}` }), ...(signals.includes('same_device') && { deviceId: `device-${n}` }) };
    await this.seen(`referrer-of-${n}`, context);
    return this.signUp(context, `referrer-of-${n}`);
  }

  async scores(referralId: string): Promise<number[]> {
    const told = await this.t.emitted('fraud', 'referral.assessed');
    return told.filter(({ aggregateId }) => aggregateId === referralId).map(({ data }) => data['score'] as number);
  }

  reviewOf = async (referralId: string) => {
    const rows = await this.t.rows<{ id: string; status: string; score: number; priority: string; peak_score: number }>(
      'select id, status, score, priority, peak_score from fraud.review where referral_id = $1 order by id desc', [referralId]);
    return rows[0];
  };
}
