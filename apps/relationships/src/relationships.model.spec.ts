import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import { SHIPPED_PROGRAMME } from '@referrals/config';
import { events } from '@referrals/contracts';
import { closesCycle, deriveStages, isRevoked, Refusal, type ActivityFact, type ActivityKind, type PaymentFact } from '@referrals/domain';
import { applyEvents, type AnyEvent } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { checkRetention } from './check-retention.js';
import { notePayments, noteReturns } from './note-payments.js';
import { recordActivity } from './record-activity.js';
import { registerReferrals } from './register-referrals.js';

// The room on a real database, beside a model that keeps sets alone: few people, so that loops, second referrers and facts out of order are the rule.

const PEOPLE = ['anna', 'ben', 'cem', 'dora', 'emil'];
const NOW = new Date('2026-06-01T00:00:00.000Z');
const ago = (hours: number): string => new Date(NOW.getTime() - hours * 3_600_000).toISOString();
const codeOf = (owner: string): string => uuidv5(owner, uuidv5.URL);

interface Model {
  referrals: Map<string, { referrer: string; registeredAt: Date; appId: string }>;
  activities: Map<string, ActivityFact & { user: string }>;
  payments: Map<string, PaymentFact & { user: string }>;
}
interface Real {
  db: Database;
  delivered: AnyEvent[];
}
type Step = fc.AsyncCommand<Model, Real>;

const subscriptions = [
  { kind: events.paymentSettled, handle: notePayments as never }, { kind: events.paymentRefunded, handle: noteReturns as never }];
const deliver = async (real: Real, event: AnyEvent): Promise<void> => {
  real.delivered.push(event);
  await real.db.transaction((tx) => applyEvents(tx, subscriptions, [event]));
};

class Register implements Step {
  constructor(readonly referee: string, readonly owner: string, readonly hours: number, readonly appId: string) {}
  check = () => true;
  async run({ referrals }: Model, { db }: Real): Promise<void> {
    const request = { refereeId: this.referee, code: 'CODE', occurredAt: ago(this.hours), appId: this.appId };
    const code = { codeId: codeOf(this.owner), ownerId: this.owner, type: 'auto' as const, isActive: true, expiresAt: null, maxUses: null, dailyLimit: null };
    const [outcome] = await db.transaction((tx) => registerReferrals(tx, [request], [code]));
    expect(outcome instanceof Refusal ? outcome.code : outcome!.outcome).toBe(this.expected(referrals));
    if (!(outcome instanceof Refusal) && outcome!.outcome === 'registered') {
      referrals.set(this.referee, { referrer: this.owner, registeredAt: new Date(ago(this.hours)), appId: this.appId });
    }
  }
  private expected(referrals: Model['referrals']): string {
    if (this.owner === this.referee) return 'self_referral';
    const known = referrals.get(this.referee);
    if (known) return known.referrer === this.owner ? 'already_registered' : 'already_referred';
    return closesCycle(this.referee, this.owner, (user) => referrals.get(user)?.referrer) ? 'referral_loop' : 'registered';
  }
  toString = () => `register(${this.referee} by ${this.owner}, ${this.hours} h ago)`;
}

class Act implements Step {
  constructor(readonly n: number, readonly user: string, readonly kind: ActivityKind, readonly appId: string, readonly hours: number) {}
  check = () => true;
  async run({ activities }: Model, { db }: Real): Promise<void> {
    const id = `act-${this.n}`;
    const fact = { id, userId: this.user, kind: this.kind, appId: this.appId, occurredAt: ago(this.hours) };
    const [outcome] = await db.transaction((tx) => recordActivity(tx, [fact]));
    const told = outcome instanceof Refusal ? outcome.code : outcome!.outcome;
    const known = activities.get(id);
    const isSame = known?.user === this.user && known.kind === this.kind && known.appId === this.appId && known.occurredAt.getTime() === Date.parse(ago(this.hours));
    expect(told).toBe(!known ? 'accepted' : isSame ? 'duplicate' : 'id_conflict');
    if (!known) activities.set(id, { user: this.user, kind: this.kind, appId: this.appId, occurredAt: new Date(ago(this.hours)) });
  }
  toString = () => `act(${this.n}: ${this.user} ${this.kind} ${this.appId}, ${this.hours} h ago)`;
}

class Pay implements Step {
  constructor(readonly n: number, readonly user: string, readonly hours: number) {}
  check = ({ payments }: Readonly<Model>) => !payments.has(`pay-${this.n}`);
  async run({ payments }: Model, real: Real): Promise<void> {
    const [paymentId, occurredAt] = [`pay-${this.n}`, ago(this.hours)];
    payments.set(paymentId, { id: paymentId, user: this.user, occurredAt: new Date(occurredAt), status: 'settled', revoked: false });
    const data = { paymentId, userId: this.user, kind: 'purchase', amount: 999, currency: 'EUR', periodDays: null, occurredAt };
    await deliver(real, { id: uuidv7(), type: 'payment.settled', aggregateId: paymentId, sequence: 1, occurredAt, data: data as never });
  }
  toString = () => `pay(${this.n}: ${this.user}, ${this.hours} h ago)`;
}

class Return implements Step {
  constructor(readonly n: number, readonly hoursLater: number) {}
  check = ({ payments }: Readonly<Model>) => payments.has(`pay-${this.n}`);
  async run({ payments }: Model, real: Real): Promise<void> {
    const payment = payments.get(`pay-${this.n}`)!;
    const paidAt = payment.occurredAt.toISOString();
    const returnedAt = new Date(payment.occurredAt.getTime() + this.hoursLater * 3_600_000);
    const revoked = payment.revoked || isRevoked(payment.occurredAt, returnedAt, SHIPPED_PROGRAMME.stages.revocationDays);
    payment.revoked = revoked;
    const data = {
      paymentId: payment.id, userId: payment.user, amount: 999, currency: 'EUR', paidAt, returnedAmount: 999, returnedAt: returnedAt.toISOString(),
      isRevoked: revoked, occurredAt: returnedAt.toISOString(), refundId: `re-${this.n}`, appliedAmount: 999,
    };
    const sequence = real.delivered.length + 2;
    await deliver(real, { id: uuidv7(), type: 'payment.refunded', aggregateId: payment.id, sequence, occurredAt: data.occurredAt, data: data as never });
  }
  toString = () => `return(${this.n}, ${this.hoursLater} h later)`;
}

class DeliverAgain implements Step {
  constructor(readonly n: number) {}
  check = () => true;
  async run(_: Model, { db, delivered }: Real): Promise<void> {
    const again = delivered[this.n % Math.max(1, delivered.length)];
    if (again) await db.transaction((tx) => applyEvents(tx, subscriptions, [again, again]));
  }
  toString = () => `deliverAgain(${this.n})`;
}

const person = fc.constantFrom(...PEOPLE);
const hours = fc.integer({ min: 1, max: 45 * 24 });
const app = fc.constantFrom('chat', 'mail', 'todo', 'elsewhere');
const kind = fc.constantFrom<ActivityKind[]>('login', 'credit_used', 'app_used', 'trial_started');
const steps = fc.commands<Model, Real, false>([
  fc.tuple(person, person, hours, app).map((parts) => new Register(...parts)),
  fc.tuple(fc.nat(30), person, kind, app, hours).map((parts) => new Act(...parts)),
  fc.tuple(fc.nat(8), person, hours).map((parts) => new Pay(...parts)),
  fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 14 * 24 })).map((parts) => new Return(...parts)),
  fc.nat(20).map((n) => new DeliverAgain(n)),
] as fc.Arbitrary<Step>[], { maxCommands: 40, size: 'max' });

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await TestDatabase.create();
  db = await test.open('relationships');
  await test.setClock(NOW);
});
afterAll(() => test.close());

it('comes to what the set of facts says, whatever comes in whatever order and however often', async () => {
  await fc.assert(fc.asyncProperty(steps, async (commands) => {
    await test.owner.query(`truncate relationships.referral, relationships.code_use, relationships.activity, relationships.payment_fact,
      relationships.inbox, relationships.outbox, relationships.outbox_unsent`);
    const model: Model = { referrals: new Map(), activities: new Map(), payments: new Map() };
    await fc.asyncModelRun(() => ({ model, real: { db, delivered: [] } }), commands);
    await db.transaction((tx) => checkRetention(tx, { limit: 100 }));
    expect(await stored()).toEqual(expected(model));
  }), { numRuns: 60, interruptAfterTimeLimit: 20_000 });
}, 60_000);

interface Row { referee_id: string; referrer_id: string; stage: string; activated_at: Date | null; qualified_at: Date | null; apps: number }

async function stored(): Promise<unknown[]> {
  const rows = await test.rows<Row>(`select referee_id, referrer_id, stage, activated_at, qualified_at, cardinality(told_apps) as apps from relationships.referral order by referee_id`);
  return rows.map((row) => [row.referee_id, row.referrer_id, row.stage, row.activated_at, row.qualified_at, row.apps]);
}

function expected({ referrals, activities, payments }: Model): unknown[] {
  return [...referrals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([user, { referrer, registeredAt, appId }]) => {
    const state = deriveStages({
      registeredAt, appId, activities: [...activities.values()].filter((fact) => fact.user === user), rules: SHIPPED_PROGRAMME.stages,
      payments: [...payments.values()].filter((fact) => fact.user === user), retainedCheckNow: NOW,
    });
    return [user, referrer, state.stage, state.activatedAt, state.qualifiedAt, state.crossAppUses.length];
  });
}
