import pg from 'pg';
import { introduce, report, seconds } from './harness/report.js';
import { inTurns, secondsOf, sleep, untilNone } from './harness/measure.js';
import { numbers } from './harness/options.js';
import { makeReferrers } from './harness/registrations.js';
import { Stage } from './harness/stage.js';

/**
 * Measures the job `hold-release` as the scheduler runs it, a loop of short requests, beside the bare SQL that does what is durable of it in batches of the same
 * size: transfers with their balances, bonuses, outbox. On the product's own tables with their triggers, on as many holds, in turns, while people register.
 */
const { holds, rounds, batch } = numbers({ holds: 100_000, rounds: 3, batch: 5_000 });
const PER_USER = 20;

/** Due holds of users who have accounts, as if they had been booked two days ago. */
const SEED = `with
  made as (
    insert into rewards.account (user_id, unit, kind, balance)
    select 'holder-' || $2 || '-' || n, 'credits', k, case k when 'held' then ${PER_USER} * 5 else 0 end
    from generate_series(1, $1::int / ${PER_USER}) n, unnest(array['available', 'held']) k)
  insert into rewards.bonus (id, referral_id, user_id, party, family, event, trigger, unit, base, multiplier, amount, tier, programme_version, triggered_at,
    status, decision, score, hold_reason, hold_until, sequence, ledger_entry_ids, created_at, held)
  select rewards.uuid_v7(), rewards.uuid_v7(), 'holder-' || $2 || '-' || n, 'referrer', 'stage', 'registered', 'registered', 'credits', 5, 10000, 5, 'bronze', 1,
    common.now() - interval '48 hours', 'held', 'hold', 30, 'score', common.now() - interval '1 second', 1, array[rewards.uuid_v7()], common.now() - interval '48 hours', 5
  from generate_series(1, $1::int / ${PER_USER}) n, generate_series(1, ${PER_USER})`;

const BARE = `with
  due as (
    select b.id, b.held, b.unit, h.id as held_account, a.id as available_account, rewards.uuid_v7() as transfer_id, rewards.uuid_v7() as event_id
    from (select * from rewards.bonus where hold_until is not null and hold_until <= common.now() and status = 'held' order by hold_until limit $1
      for no key update skip locked) b
    join rewards.account h on h.user_id = b.user_id and h.unit = b.unit and h.kind = 'held'
    join rewards.account a on a.user_id = b.user_id and a.unit = b.unit and a.kind = 'available'),
  moved as (
    insert into rewards.transfer (id, debit_account, credit_account, unit, amount, reason, bonus_id, created_at)
    select transfer_id, held_account, available_account, unit, held, 'release', id, common.now() from due),
  paid as (
    update rewards.bonus b set status = 'paid', hold_reason = null, hold_until = null, was_paid = true, held = 0, released_at = common.now(),
      ledger_entry_ids = b.ledger_entry_ids || due.transfer_id, sequence = b.sequence + 1
    from due where b.id = due.id returning b.*, due.event_id),
  unsent as (insert into rewards.outbox_unsent (id) select event_id from paid),
  told as (
    insert into rewards.outbox (id, type, aggregate_id, body)
    select event_id, 'bonus.released', id, json_build_object('id', event_id, 'type', 'bonus.released', 'occurredAt', common.now(), 'version', 1, 'aggregateId', id,
      'sequence', sequence, 'data', json_build_object('bonusId', id, 'referralId', referral_id, 'userId', user_id, 'party', party, 'event', event, 'appId', app_id,
        'unit', unit, 'paymentId', payment_id, 'amount', amount)) from paid)
  select count(*)::int as released from paid`;

await Stage.with(async (stage) => {
  introduce(`${holds} due holds in batches of ${batch}`, 'PostgreSQL, NATS and the processes of the product');
  const product = await stage.product();
  await product.owner.query('insert into common.test_clock (now, running, set_at) values (clock_timestamp(), false, clock_timestamp())');
  const referrers = await makeReferrers(product.owner, 2_000);
  const bare = new pg.Client({ connectionString: product.databaseUrl, options: '-c jit=off' });
  await bare.connect();
  const headers = { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' };
  const post = async (path: string, body: object): Promise<Response> => fetch(product.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const count = async (sql: string): Promise<number> => (await product.owner.query<{ n: number }>(sql)).rows[0]!.n;

  let stopped = false;
  let registered = 0;
  const registering = (async () => {
    for (let n = 0; !stopped; n += 1) {
      if ((await post('/v1/referrals', { refereeId: `new-${n}`, code: referrers[n % referrers.length]!.code })).status === 201) registered += 1;
      await sleep(20);
    }
  })();
  let turn = 0;
  const prepare = async (): Promise<void> => {
    await untilNone(() => count('select count(*)::int as n from rewards.outbox_unsent'), 600);
    await product.owner.query(SEED, [holds, String((turn += 1))]);
    await product.owner.query('analyze rewards.bonus, rewards.account');
  };
  const bareTurn = async (): Promise<number> => {
    await prepare();
    return secondsOf(async () => {
      for (let released = batch; released > 0;) released = (await bare.query<{ released: number }>({ name: 'bare', text: BARE, values: [batch] })).rows[0]!.released;
    });
  };
  const jobTurn = async (): Promise<number> => {
    await prepare();
    return secondsOf(async () => {
      let run = (await (await post('/v1/jobs/hold-release/runs', {})).json()) as { id: string; status: string };
      for (; run.status === 'running'; await sleep(20)) run = (await (await fetch(`${product.url}/v1/jobs/hold-release/runs/${run.id}`, { headers })).json()) as typeof run;
      if (run.status !== 'succeeded') throw new Error(`the job ended as ${run.status}`);
    });
  };
  const medians = await inTurns(rounds, { bare: bareTurn, job: jobTurn });
  stopped = true;
  await registering;
  await bare.end();
  const left = await count(`select count(*)::int as n from rewards.bonus where user_id like 'holder-%' and status <> 'paid'`);
  const wrong = await count(`select count(*)::int as n from rewards.account where user_id like 'holder-%' and balance <> case kind when 'available' then ${PER_USER * 5} else 0 end`);
  if (left + wrong > 0) throw new Error(`${left} holds are left, ${wrong} balances are wrong`);
  report({
    line: `release ${holds} holds`, product: seconds(medians.job), limit: `${seconds(medians.bare)} (the bare batched SQL)`, ratio: medians.job / medians.bare,
    goal: { atMost: 1.5 }, note: `each released once, balances exact; ${registered} people registered meanwhile`,
  });
});
