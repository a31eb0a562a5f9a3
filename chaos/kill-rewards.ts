import pg from 'pg';
import { check } from './check/checker.js';
import type { Difference } from './check/difference.js';
import { isOpen, sent, type Sent } from './load/history.js';
import { HttpDoor } from './load/http-door.js';
import { Supervisor } from './product/supervisor.js';
import { Random } from './random.js';
import { untilQuiet } from './run.js';
import { wait } from './wait.js';

export interface KillOptions {
  seed: number;
  kills: number;
  payments: number;
  workers?: number;
}

export interface KillResult {
  kills: number;
  payments: number;
  /** Requests sent, those that a kill left without an answer included. */
  tries: number;
  answers: Record<string, number>;
  seconds: number;
  differences: Difference[];
}

const REFERRERS = 10;
const REFEREES = 50;

/** Kills rewards again and again, each time in the middle of payments, and looks whether each payment was applied once. */
export async function killRewards({ seed, kills, payments, workers = 8 }: KillOptions): Promise<KillResult> {
  const supervisor = await Supervisor.start({ instances: 1, disks: false });
  const owner = new pg.Pool({ connectionString: supervisor.databaseUrl, max: 2 });
  const random = new Random(seed);
  const poster = new Poster(new HttpDoor(supervisor.product.urls, supervisor.adminKey, random));
  const started = performance.now();
  let differences: Difference[] = [];
  try {
    await poster.register();
    const planned = paymentsOf(payments, random);
    const posting = poster.post(planned, workers);
    for (let kill = 1; kill <= kills; kill += 1) {
      await poster.until((kill * payments) / (kills + 1));
      await wait(random.between(0, 40));
      await supervisor.killProcess('rewards', 0);
    }
    poster.allow(payments);
    await posting;
    await untilQuiet(owner, poster.http, 60_000);
    differences = [...(await check(owner, poster.history)), ...(await checkPayments(owner, planned))];
    for (const name of supervisor.endedByThemselves) differences.push({ invariant: 'no process ends by itself', detail: name });
    const answers = Object.fromEntries([...Map.groupBy(planned, ({ answer, code }) => (answer?.['outcome'] as string | undefined) ?? code ?? 'none')].map(([code, list]) => [code, list.length]));
    return { kills, payments, tries: planned.reduce((sum, { tries }) => sum + tries, 0), answers, seconds: (performance.now() - started) / 1_000, differences };
  } finally {
    poster.end();
    await owner.end();
    await supervisor.stop({ keep: differences.length > 0 });
  }
}

const paymentsOf = (count: number, random: Random): Sent[] =>
  Array.from({ length: count }, (_, index) => sent('payment', {
    id: `payment-${index}`, userId: `referee-${random.below(REFEREES)}`, kind: 'topup', amount: random.between(1, 10_000), currency: 'EUR', status: 'settled',
    occurredAt: new Date().toISOString(),
  }));

/** A host that repeats each request until it is answered, and posts no faster than it is allowed to. */
class Poster {
  readonly history: Sent[] = [];
  private allowed = 0;
  private answered = 0;
  private hasEnded = false;

  constructor(readonly http: HttpDoor) {}

  end(): void {
    this.hasEnded = true;
    this.http.close();
  }

  allow(count: number): void {
    this.allowed = Math.max(this.allowed, Math.ceil(count));
  }

  /** Allows so many, and waits until they are answered but for those that are on their way. */
  async until(count: number): Promise<void> {
    this.allow(count + 12);
    while (this.answered < Math.floor(count)) await wait(2);
  }

  async register(): Promise<void> {
    const occurredAt = new Date().toISOString();
    for (let index = 0; index < REFEREES; index += 1) {
      const { body } = await this.http.call('GET', `/v1/users/referrer-${index % REFERRERS}/code`);
      const registration = sent('register', { refereeId: `referee-${index}`, code: body['code'], appId: 'chat', occurredAt });
      this.history.push(registration);
      await this.untilAnswered(registration);
    }
    this.answered = 0;
  }

  async post(planned: Sent[], workers: number): Promise<void> {
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < planned.length && !this.hasEnded) {
        if (next >= this.allowed) {
          await wait(5);
          continue;
        }
        const one = planned[next]!;
        next += 1;
        this.history.push(one);
        await this.untilAnswered(one);
      }
    };
    await Promise.all(Array.from({ length: workers }, work));
  }

  private async untilAnswered(one: Sent): Promise<void> {
    while (one.status === null && !this.hasEnded) {
      one.tries += 1;
      const answer = await this.http.send(one).catch(() => null);
      if (!answer || isOpen(answer)) await wait(60);
      else Object.assign(one, { status: answer.status, code: answer.code, answer: answer.body });
    }
    this.answered += 1;
  }
}

/** Each payment once, with one cashback of a tenth of it, or more from the 25th paying referee on, and the balances that follow. */
async function checkPayments(owner: pg.Pool, planned: Sent[]): Promise<Difference[]> {
  const { rows } = await owner.query<{ id: string; amount: string; payments: string; bonuses: string; cashback: string }>(
    `select p.id, max(p.amount) as amount, count(distinct p.id) as payments, count(b.id) as bonuses, sum(b.amount * 10000 - p.amount * b.multiplier) as cashback
     from rewards.payment p left join rewards.bonus b on b.payment_id = p.id and b.family = 'cashback' group by p.id`);
  const stored = new Map(rows.map((row) => [row.id, row]));
  const wrong = planned.filter(({ body, status }) => {
    const row = stored.get(String(body['id']));
    // rounded down: less than one unit is missing
    const isRight = row && Number(row.amount) === body['amount'] && row.payments === '1' && row.bonuses === '1' && Number(row.cashback) <= 0 && Number(row.cashback) > -10_000;
    return status !== 200 || !isRight;
  });
  const found: Difference[] = wrong.length > 0 ? [{ invariant: 'each payment is applied exactly once', detail: wrong.slice(0, 3) }] : [];
  if (stored.size !== planned.length) found.push({ invariant: 'as many payments as were posted', detail: stored.size });
  const { rows: settled } = await owner.query<{ id: string; count: number }>(
    `select aggregate_id as id, count(*)::int as count from rewards.outbox where type = 'payment.settled' group by 1 having count(*) <> 1`);
  if (settled.length > 0) found.push({ invariant: 'each payment is told once', detail: settled.slice(0, 3) });
  return found;
}
