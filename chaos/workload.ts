import { Agent, request } from 'node:http';
import type { Random } from './random.js';
import { wait } from './supervisor.js';

export type Body = Record<string, unknown>;

/** One request as a host sends it, again and again until it is answered. */
export interface Sent {
  path: string;
  body: Body;
  /** tries so far; an unanswered one may have had its effect all the same */
  tries: number;
  /** the answer, once there is one that is no fault of ours */
  status: number | null;
  code: string | null;
}

export interface WorkloadOptions {
  url: string;
  key: string;
  /** people; few enough that referrers and referees overlap, and that loops are tried */
  users: number;
  workers: number;
}

/** Hosts at work: people sign up with each other's codes, do things and pay, and requests are repeated. */
export class Workload {
  readonly history: Sent[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });
  private readonly codes = new Map<string, string>();
  private isRunning = true;
  private next = 0;

  constructor(
    private readonly options: WorkloadOptions,
    private readonly random: Random,
  ) {}

  run(): Promise<unknown> {
    return Promise.all(Array.from({ length: this.options.workers }, () => this.work()));
  }

  stop(): void {
    this.isRunning = false;
  }

  close(): void {
    this.agent.destroy();
  }

  get acknowledged(): number {
    return this.history.filter(({ status }) => status !== null).length;
  }

  private async work(): Promise<void> {
    while (this.isRunning) {
      const sent = await this.draw();
      if (sent) await this.untilAnswered(sent);
    }
  }

  private async untilAnswered(sent: Sent): Promise<void> {
    while (sent.status === null && this.isRunning) {
      sent.tries += 1;
      const answer = await this.send('POST', sent.path, sent.body).catch(() => null);
      if (answer && answer.status < 500 && answer.status !== 429) Object.assign(sent, { status: answer.status, code: (answer.body['code'] as string) ?? null });
      else await wait(30);
    }
  }

  private async draw(): Promise<Sent | null> {
    const dice = this.random.below(100);
    if (dice < 8 && this.history.length > 0) {
      // a host that forgot what it was told asks again: the answer must not differ in effect
      const { path, body } = this.random.pick(this.history);
      return this.remember(path, body);
    }
    const user = this.user();
    if (dice < 50) {
      const code = await this.codeOf(this.user());
      return code === null ? null : this.remember('/v1/referrals', { refereeId: user, code });
    }
    const id = `fact-${(this.next += 1)}`;
    if (dice < 80) {
      const kind = this.random.pick(['login', 'credit_used', 'app_used', 'app_used', 'trial_started']);
      const appId = this.random.pick(['chat', 'picture', 'mail', 'todo', 'elsewhere']);
      return this.remember('/v1/activity', { id, userId: user, kind, appId, occurredAt: this.instant() });
    }
    const amount = this.random.between(1, 10_000);
    const status = this.random.below(10) === 0 ? 'failed' : 'settled';
    return this.remember('/v1/payments', { id, userId: user, kind: 'purchase', amount, currency: 'EUR', status, occurredAt: this.instant() });
  }

  private remember(path: string, body: Body): Sent {
    const sent: Sent = { path, body, tries: 0, status: null, code: null };
    this.history.push(sent);
    return sent;
  }

  /** New people all the time, and old ones again. */
  private user(): string {
    return `user-${this.random.below(this.options.users)}`;
  }

  /** Facts arrive out of order: up to ten minutes late, or as much as clocks may run ahead. */
  private instant(): string {
    return new Date(Date.now() + this.random.between(-600, 240) * 1_000).toISOString();
  }

  private async codeOf(user: string): Promise<string | null> {
    const known = this.codes.get(user);
    if (known) return known;
    const answer = await this.send('GET', `/v1/users/${user}/code`).catch(() => null);
    if (answer?.status !== 200) return null;
    const code = answer.body['code'] as string;
    this.codes.set(user, code);
    return code;
  }

  private send(method: string, path: string, body?: Body): Promise<{ status: number; body: Body }> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = { authorization: `Bearer ${this.options.key}`, ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }) };
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, this.options.url), { agent: this.agent, method, headers, timeout: 5_000 }, (answer) => {
        let said = '';
        answer.on('data', (chunk: Buffer) => (said += chunk.toString()));
        answer.on('error', reject);
        answer.on('end', () => {
          try {
            resolve({ status: answer.statusCode ?? 0, body: said === '' ? {} : (JSON.parse(said) as Body) });
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }
}
