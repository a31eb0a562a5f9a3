import type { Random } from '../random.js';
import { wait } from '../wait.js';
import { HttpDoor } from './http-door.js';
import { isAcknowledged, isOpen, type Answer, type Body, type Door, type Fact, type Sent } from './history.js';
import { NatsDoor } from './nats-door.js';
import { People } from './people.js';
import { asStripeEvent, StripeDoor } from './stripe-door.js';

export interface WorkloadOptions {
  urls: string[];
  natsUrl: string;
  /** the data folder, where the host's key for the broker is */
  folder: string;
  adminKey: string;
  stripeSecret: string;
  users: number;
  workers: number;
}

/** Codes that may be used only so often, and are tried far more often. */
const SCARCE_CODES = 30;
/** Each of them is in fashion for so many requests: several people want it at the same time. */
const FASHION = 200;
/** A host in so many turns has a few people sign up with each other's codes. */
const CIRCLES_IN = 30;

/** Hosts at work: people sign up with each other's codes, do things, pay and get money back, and much is said twice. */
export class Workload {
  readonly history: Sent[] = [];
  /** answers by status, for the report */
  readonly answers = new Map<number, number>();
  acknowledged = 0;
  private readonly people: People;
  private readonly codes = new Map<string, string>();
  private readonly scarce: string[] = [];
  private isRunning = true;
  private next = 0;

  private constructor(
    private readonly options: WorkloadOptions,
    private readonly random: Random,
    readonly http: HttpDoor,
    private readonly nats: NatsDoor,
    private readonly stripe: StripeDoor,
  ) {
    this.people = new People(options.users, random);
  }

  static async open(options: WorkloadOptions, random: Random): Promise<Workload> {
    const http = new HttpDoor(options.urls, options.adminKey, random);
    const workload = new Workload(options, random, http, await NatsDoor.open(options.natsUrl, options.folder), new StripeDoor(http, options.stripeSecret));
    await workload.makeScarceCodes();
    return workload;
  }

  run(): Promise<unknown> {
    return Promise.all(Array.from({ length: this.options.workers }, () => this.work()));
  }

  stop(): void {
    this.isRunning = false;
  }

  async close(): Promise<void> {
    this.http.close();
    await this.nats.close();
  }

  /** Asks until there is an answer. @throws Error when there is none for a minute */
  async ask(method: string, path: string): Promise<Body> {
    let answer: Answer | null = null;
    for (const end = performance.now() + 60_000; performance.now() < end; await wait(250)) {
      answer = await this.http.call(method, path, method === 'GET' ? null : '{}').catch(() => null);
      if (answer && !isOpen(answer)) return answer.body;
    }
    throw new Error(`${method} ${path} was not answered: ${JSON.stringify(answer)}`);
  }

  private async makeScarceCodes(): Promise<void> {
    for (let n = 0; n < SCARCE_CODES; n += 1) {
      const code = `SCARCE-${String.fromCharCode(65 + (n % 26))}${n}X`;
      const body = { userId: `user-${n}`, type: 'custom', code, maxUses: this.random.between(1, 6) };
      const { status } = await this.http.call('POST', '/v1/codes', JSON.stringify(body));
      if (status === 201) this.scarce.push(code);
    }
  }

  private async work(): Promise<void> {
    while (this.isRunning) {
      if (this.random.below(CIRCLES_IN) === 0) await this.playCircle();
      const sent = await this.draw();
      if (sent) await this.untilAnswered(sent);
    }
  }

  /** Each uses the next one's code, all within a few milliseconds: at least one of them has to be refused. */
  private async playCircle(): Promise<void> {
    const people = this.people.circle();
    const codes = await Promise.all(people.map((user) => this.codeOf(user)));
    await Promise.all(people.map(async (refereeId, n) => {
      const code = codes[(n + 1) % people.length];
      await wait(this.random.below(5));
      if (code) await this.untilAnswered(this.say(this.people.registration(code, refereeId), this.door()));
    }));
  }

  private async untilAnswered(sent: Sent): Promise<void> {
    while (sent.status === null && this.isRunning) {
      sent.tries += 1;
      const answer = await this.send(sent).catch(() => null);
      if (answer) this.answers.set(answer.status, (this.answers.get(answer.status) ?? 0) + 1);
      if (!answer || isOpen(answer)) await wait(this.random.between(20, 120));
      else {
        Object.assign(sent, { status: answer.status, code: answer.code, answer: answer.body });
        if (isAcknowledged(sent)) this.acknowledged += 1;
      }
    }
  }

  private send(sent: Sent): Promise<Answer> {
    return { http: this.http, nats: this.nats, stripe: this.stripe }[sent.door].send(sent);
  }

  private async draw(): Promise<Sent | null> {
    const dice = this.random.below(100);
    // a host that forgot what it was told asks again, and Stripe sends twice: the answer must not differ in effect
    if (dice < 12 && this.history.length > 0) return this.again(this.history[Math.max(0, this.history.length - 1 - this.random.below(2_000))]!);
    if (dice < 38) {
      const code = await this.codeToUse();
      return code === null ? null : this.say(this.people.registration(code), this.door());
    }
    if (dice < 66) return this.say(this.people.activity(), this.door());
    const isStripes = this.random.below(3) === 0;
    if (dice < 90) return this.say(this.people.payment(isStripes), isStripes ? 'stripe' : this.door());
    if (dice < 94) return this.say(this.people.redemption(), this.door());
    const back = this.people.goingBack(isStripes);
    return back && this.say(back, isStripes ? 'stripe' : this.door());
  }

  private door(): Door {
    return this.random.below(4) === 0 ? 'nats' : 'http';
  }

  private say(said: Fact, door: Door): Sent {
    const { fact, event } = door === 'stripe' ? asStripeEvent(said) : { fact: said, event: null };
    const key = door === 'http' && this.random.below(3) === 0 ? `key-${(this.next += 1)}` : null;
    if (door === 'nats') delete fact.body['context'];
    return this.remember({ ...fact, door, event, key, repeats: null, tries: 0, status: null, code: null, answer: null });
  }

  private again(sent: Sent): Sent {
    return this.remember({ ...sent, repeats: sent.repeats ?? sent, tries: 0, status: null, code: null, answer: null });
  }

  private remember(sent: Sent): Sent {
    this.history.push(sent);
    return sent;
  }

  private async codeToUse(): Promise<string | null> {
    if (this.scarce.length > 0 && this.random.below(6) === 0) return this.scarce[Math.floor(this.history.length / FASHION) % this.scarce.length]!;
    return this.codeOf(this.people.any());
  }

  private async codeOf(user: string): Promise<string | null> {
    const known = this.codes.get(user);
    if (known) return known;
    const answer = await this.http.call('GET', `/v1/users/${user}/code`).catch(() => null);
    if (answer?.status !== 200) {
      await wait(50);
      return null;
    }
    const code = answer.body['code'] as string;
    this.codes.set(user, code);
    return code;
  }
}
