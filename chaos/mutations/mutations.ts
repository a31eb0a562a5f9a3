import type { Profile } from '../profiles.js';

/** A way to break the product, as a change of its compiled text, and the shortest run that should notice. */
export interface Mutation {
  name: string;
  /** compiled files, each with what stands there once and what stands there instead */
  changes: { file: string; from: string; to: string }[];
  run: { profile: Profile; faults?: number; requests: number; users?: number; instances?: number };
}

const persistence = (file: string): string => `libs/persistence/src/${file}.js`;

/** Without the re-drive, which brings back what a relay lost: within minutes, and at once where no life of the broker's store was noted yet. */
const NO_NET = ['aged', 'all'].map((which) => ({ file: 'apps/scheduler/src/broker-loop.js', from: `await this.redrive('${which}');`, to: '' }));

export const MUTATIONS: Mutation[] = [
  {
    name: 'drop the inbox check',
    changes: [{ file: persistence('inbox'), from: 'return new Set(fresh.map((row)=>row.eventId));', to: 'return new Set(eventIds);' }],
    run: { profile: 'deliveries', faults: 6, requests: 300 },
  },
  {
    name: 'acknowledge before the commit',
    changes: [{
      file: 'libs/messaging/src/consumer-loop.js', from: 'await this.apply(group);\n            for (const { message } of group)message.ack();',
      to: 'for (const { message } of group)message.ack();\n            await this.apply(group);',
    }],
    run: { profile: 'database', faults: 8, requests: 300 },
  },
  {
    name: 'answer before the commit',
    changes: [{ file: persistence('database'), from: "await client.query('commit');", to: "client.query('rollback').catch(()=>{});" }],
    run: { profile: 'none', requests: 100 },
  },
  {
    name: 'skip the locks of the loop rule',
    changes: [
      { file: 'migrations/relationships/loop-rule.js', from: 'perform relationships.lock_users(referees || owners, crowd_owners);', to: '' },
      {
        file: 'migrations/relationships/loop-rule.js', from: "perform pg_advisory_xact_lock(common.lock_key('walk', ''));\n      with recursive",
        to: 'with recursive',
      },
      { file: 'migrations/relationships/initial.js', from: "'alter table relationships.referral enable always trigger referral_closes_no_loop'", to: "'drop trigger referral_closes_no_loop on relationships.referral'" },
    ],
    run: { profile: 'none', requests: 1_200, users: 60 },
  },
  {
    name: 'no loop rule',
    changes: [
      { file: 'libs/domain/src/registration.js', from: "if (facts.closesCycle) return 'referral_loop';", to: '' },
      { file: 'migrations/relationships/initial.js', from: "'alter table relationships.referral enable always trigger referral_closes_no_loop'", to: "'drop trigger referral_closes_no_loop on relationships.referral'" },
    ],
    run: { profile: 'none', requests: 400, users: 60 },
  },
  {
    name: 'forget the outbox row',
    changes: [
      { file: persistence('transaction'), from: 'select id, type, "aggregateId", body from handed)', to: 'select id, type, "aggregateId", body from handed where false)' },
      { file: persistence('transaction'), from: 'insert into outbox_unsent (id) select id from handed)', to: 'insert into outbox_unsent (id) select id from handed where false)' },
    ],
    run: { profile: 'none', requests: 150 },
  },
  {
    name: 'poll the outbox by the last id',
    changes: [
      { file: persistence('relay'), from: 'select id from outbox_unsent order by id', to: 'select id from outbox_unsent where id > $2 order by id' },
      { file: persistence('relay'), from: 'await tx.rows(TAKE, [\n            limit\n        ]);', to: 'await tx.rows(TAKE, [limit, globalThis.lastSeen ?? "00000000-0000-0000-0000-000000000000"]);\n        if (messages.length > 0) globalThis.lastSeen = messages.at(-1).id;' },
    ],
    run: { profile: 'none', requests: 1_500 },
  },
  {
    name: 'mark as published before publishing',
    changes: [{ file: persistence('relay'), from: 'await publish(messages);', to: 'tx.afterCommit(()=>void publish(messages).catch(()=>{}));' }, ...NO_NET],
    run: { profile: 'failpoints', faults: 12, requests: 400 },
  },
  {
    name: 'release before the hold is over',
    changes: [
      { file: 'migrations/rewards/money-loads.js', from: 'b.hold_until is not null and b.hold_until <= common.now()', to: 'b.hold_until is not null' },
      { file: 'migrations/rewards/release.js', from: 'b.hold_until is not null and b.hold_until <= at', to: 'b.hold_until is not null' },
    ],
    run: { profile: 'none', requests: 2_000 },
  },
  {
    name: 'take back only what went back in full',
    changes: [{ file: 'libs/domain/src/cashback.js', from: 'return floorBasisPoints(amount - Math.min(assertAmount(returned), amount), rate);', to: 'return assertAmount(returned) < amount ? floorBasisPoints(amount, rate) : 0;' }],
    run: { profile: 'none', requests: 2_000 },
  },
  {
    name: 'take back more than was given',
    changes: [{ file: 'libs/domain/src/cashback.js', from: 'return floorBasisPoints(amount - Math.min(assertAmount(returned), amount), rate);', to: 'return Math.max(0, floorBasisPoints(amount, rate) - 2 * floorBasisPoints(Math.min(returned, amount), rate));' }],
    run: { profile: 'none', requests: 2_500 },
  },
  {
    name: 'forget a refund that comes before its payment',
    changes: [{
      file: 'apps/rewards/src/payment-books.js', from: "this.settle(payment, 'refund', disputesOf(",
      to: "for (const [id, refund] of this.refunds) if (refund.payment_id === payment.id) this.refunds.delete(id);\n        this.settle(payment, 'refund', disputesOf(",
    }],
    run: { profile: 'none', requests: 2_000 },
  },
  {
    name: 'keep no answer for an idempotency key',
    changes: [{ file: persistence('transaction'), from: 'select key, "bodyHash", answer from json_to_recordset(($1::text[])[2]::json) as t(key text, "bodyHash" text, answer json))', to: 'select key, "bodyHash", answer from json_to_recordset(($1::text[])[2]::json) as t(key text, "bodyHash" text, answer json) where false)' }],
    run: { profile: 'none', requests: 600 },
  },
  {
    name: 'do not guard the use count',
    changes: [
      { file: 'libs/domain/src/registration.js', from: "if (code.maxUses !== null && facts.usesCount >= code.maxUses) return 'exhausted';", to: '' },
      { file: 'migrations/relationships/initial.js', from: 'check (max_uses is null or uses <= max_uses)', to: 'check (uses > 0)' },
    ],
    run: { profile: 'none', requests: 1_200 },
  },
  {
    name: 'no re-drive after the broker lost its store',
    changes: [{ file: 'apps/scheduler/src/broker-loop.js', from: "await this.redrive('all');", to: '' }],
    run: { profile: 'wiped', faults: 6, requests: 500 },
  },
  {
    name: 'post every transfer twice',
    changes: ['ledger', 'slots'].map((file) => ({ file: `migrations/rewards/${file}.js`, from: 'set balance = a.balance + moved.amount', to: 'set balance = a.balance + 2 * moved.amount' })),
    run: { profile: 'none', requests: 150 },
  },
];
