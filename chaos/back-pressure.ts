import { readFileSync } from 'node:fs';
import pg from 'pg';
import { check } from './check/checker.js';
import type { Difference } from './check/difference.js';
import { isAcknowledged, sent, type Body, type Sent } from './load/history.js';
import { HttpDoor } from './load/http-door.js';
import { Supervisor } from './product/supervisor.js';
import { Random } from './random.js';
import { untilQuiet } from './run.js';
import { wait } from './wait.js';

export interface BackPressureOptions {
  seed: number;
  /** how long rewards stands still */
  seconds: number;
  /** registrations that begin in a second */
  perSecond: number;
  /** hosts that insist on a payment each while nobody can take it */
  insisting?: number;
}

export interface BackPressureResult {
  registrations: number;
  /** events in the stream that rewards had not confirmed when it went on */
  backlog: number;
  /** answers to payments, by status */
  refusals: Record<string, number>;
  slowestMs: number;
  drainSeconds: number;
  /** the most memory of each process so far, in MB: before the stop and in the end */
  memory: { name: string; before: number; most: number }[];
  differences: Difference[];
}

const STOPPED = 'rewards';
/** Each answer has to come before a client would give up. */
const PATIENCE_MS = 4_000;
/** What a process may hold while a room stands still and while it catches up, however much waits: that belongs on disks. */
const MOST_MB = 512;
const CODES = 20_000;

/**
 * Stops rewards for a while under load. Sign-ups go on, what rewards is asked meanwhile is refused in time and with `Retry-After`, no process grows by what
 * waits, and when rewards goes on it catches up with everything.
 */
export async function backPressure({ seed, seconds, perSecond, insisting = 32 }: BackPressureOptions): Promise<BackPressureResult> {
  const supervisor = await Supervisor.start({ instances: 1, disks: false });
  const owner = new pg.Pool({ connectionString: supervisor.databaseUrl, max: 2 });
  const hosts = new Hosts(supervisor, new Random(seed));
  const differences: Difference[] = [];
  try {
    await makeCodes(owner);
    const signingUp = hosts.signUp(perSecond);
    await wait(5_000);
    const before = peaks(supervisor);
    const rewards = supervisor.product.processes.get(STOPPED)!;
    rewards.kill('SIGSTOP');
    const insistence = hosts.insist(insisting, seconds * 1_000);
    await wait(seconds * 1_000);
    await insistence;
    const backlog = await waitingFor(owner);
    rewards.kill('SIGCONT');
    const wentOn = performance.now();
    hosts.end();
    await signingUp;
    await untilQuiet(owner, hosts.http, 600_000);
    const drainSeconds = (performance.now() - wentOn) / 1_000;
    await hosts.repeatPayments();
    await untilQuiet(owner, hosts.http, 60_000);
    const memory = [...peaks(supervisor)].map(([name, most]) => ({ name, before: before.get(name)!, most }));
    const large = memory.filter(({ most }) => most > MOST_MB);
    if (large.length > 0) differences.push({ invariant: `no process takes more than ${MOST_MB} MB`, detail: large });
    differences.push(...hosts.differences, ...(await check(owner, hosts.history)));
    for (const name of supervisor.endedByThemselves) differences.push({ invariant: 'no process ends by itself', detail: name });
    const registrations = hosts.history.filter((one) => one.verb === 'register' && isAcknowledged(one)).length;
    return { registrations, backlog, refusals: Object.fromEntries(hosts.refusals), slowestMs: hosts.slowestMs, drainSeconds, memory, differences };
  } finally {
    hosts.end();
    hosts.http.close();
    await owner.end();
    await supervisor.stop({ keep: differences.length > 0 });
  }
}

/** Enough of them that nobody reaches a limit of a day. */
const makeCodes = (owner: pg.Pool): Promise<unknown> => owner.query(
  `insert into codes.code (id, user_id, code, lookup_key, type, created_at)
   select gen_random_uuid(), 'inviter-' || n, 'B' || lpad(n::text, 8, '0'), 'B' || lpad(n::text, 8, '0'), 'auto', common.now() - interval '1 day' from generate_series(1, $1::int) n`, [CODES]);

async function waitingFor(owner: pg.Pool): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(
    `select count(*)::int as count from relationships.outbox o where o.type = 'referral.registered' and not exists (select from rewards.inbox i where i.event_id = o.id)`);
  return rows[0]!.count;
}

/** Hosts that sign people up at a steady rate, and some that insist on payments. */
class Hosts {
  readonly history: Sent[] = [];
  readonly differences: Difference[] = [];
  readonly refusals = new Map<string, number>();
  readonly http: HttpDoor;
  slowestMs = 0;
  private hasEnded = false;
  private readonly url: string;
  private readonly key: string;

  constructor(supervisor: Supervisor, private readonly random: Random) {
    this.url = supervisor.product.url;
    this.key = supervisor.adminKey;
    this.http = new HttpDoor(supervisor.product.urls, this.key, random);
  }

  end(): void {
    this.hasEnded = true;
  }

  /** Until the end. A request begins when its time has come, whatever became of those before. */
  async signUp(perSecond: number): Promise<void> {
    const under = new Set<Promise<void>>();
    const from = performance.now();
    const first = this.random.below(CODES);
    for (let count = 0; !this.hasEnded; count += 1) {
      await wait(Math.max(0, from + (count * 1_000) / perSecond - performance.now()));
      const code = `B${String(((first + count) % CODES) + 1).padStart(8, '0')}`;
      const one = sent('register', { refereeId: `referee-${count}`, code, appId: 'chat', occurredAt: new Date().toISOString() });
      const request: Promise<void> = this.ask(one, '/v1/referrals').then(() => void under.delete(request));
      under.add(request);
    }
    await Promise.all(under);
  }

  /** Each host posts one payment after the other, which nobody takes. */
  async insist(hosts: number, forMs: number): Promise<void> {
    const end = performance.now() + forMs;
    await Promise.all(Array.from({ length: hosts }, async (_, host) => {
      for (let count = 0; performance.now() < end; count += 1) {
        const id = `payment-${host}-${count}`;
        const status = await this.ask(sent('payment', { id, userId: `referee-${host}`, kind: 'topup', amount: 1_000, currency: 'EUR', status: 'settled', occurredAt: new Date().toISOString() }), '/v1/payments');
        this.refusals.set(String(status), (this.refusals.get(String(status)) ?? 0) + 1);
      }
    }));
    if (![...this.refusals.keys()].includes('503')) this.differences.push({ invariant: 'rewards stands still', detail: Object.fromEntries(this.refusals) });
  }

  /** What was refused for the time being is taken once the room is back. */
  async repeatPayments(): Promise<void> {
    for (const payment of this.history.filter(({ verb, status }) => verb === 'payment' && status === null)) await this.ask(payment, '/v1/payments', false);
    const open = this.history.filter((one) => one.status === null);
    if (open.length > 0) this.differences.push({ invariant: 'what was refused for the time being is taken afterwards', detail: { count: open.length, first: open[0]!.body } });
  }

  /** @returns the status; 0 for none in time */
  private async ask(one: Sent, path: string, isNew = true): Promise<number> {
    if (isNew) this.history.push(one);
    one.tries += 1;
    const from = performance.now();
    const answer = await fetch(`${this.url}${path}`, {
      method: 'POST', headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' }, body: JSON.stringify(one.body), signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch(() => null);
    const body = ((await answer?.json().catch(() => null)) ?? {}) as Body;
    this.slowestMs = Math.max(this.slowestMs, performance.now() - from);
    const status = answer?.status ?? 0;
    if (status >= 200 && status < 300) Object.assign(one, { status, answer: body });
    else if ((status !== 429 && status !== 503) || !(Number(answer?.headers.get('retry-after')) > 0)) {
      this.differences.push({ invariant: 'what is refused under pressure is refused in time, with 429 or 503 and Retry-After', detail: { path, status, code: body['code'] } });
    }
    return status;
  }
}

/** The most that each process has ever had resident, in MB, as the kernel remembers it: on Linux, from /proc. */
function peaks(supervisor: Supervisor): Map<string, number> {
  const processes: [string, number][] = [...supervisor.product.processes].map(([name, child]) => [name, child.pid!]);
  return new Map([...processes, ['nats', supervisor.servers.natsPid] as const].map(([name, pid]) => {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1];
    return [name, Math.round(Number(kilobytes) / 1_024)];
  }));
}
