import { eventually, together, type Client } from './client.js';
import type { Product } from './product.js';
import { untilQuiet } from './quiet.js';

const HOUR = 3_600_000;
const APPS = ['chat', 'mail', 'notes', undefined];
const DECISIONS = ['approve', 'reject', 'reject'] as const;

/** The same numbers in every run: https://en.wikipedia.org/wiki/Linear_congruential_generator */
export function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

type Said = [path: string, body: object];

/** What hosts tell and operators decide on some days: people sign up, some of them beside their referrer, act, pay and get money back. */
export class RandomDays {
  told = 0;
  private drawn = 0;
  private readonly codes: string[] = [];
  private readonly referees: string[] = [];
  private readonly payments: { id: string; amount: number }[] = [];
  private now = 0;

  constructor(private readonly product: Product, private readonly roll: (below: number) => number) {}

  private get client(): Client {
    return this.product.client;
  }

  /** One day's worth; what is told happened today or on the day before, and everything has arrived when it ends. */
  async play(noon: Date, count: number): Promise<void> {
    this.now = noon.getTime();
    await this.client.setClock(noon);
    const said = Array.from({ length: count }, () => this.draw());
    // who has paid before is not new any more, and could not sign up
    const isSignUp = ([path]: Said): boolean => path === '/v1/referrals';
    await together(said.filter(isSignUp), ([path, body]) => this.tell(path, body));
    await together(said.filter((one) => !isSignUp(one)), ([path, body]) => this.tell(path, body));
    await untilQuiet(this.product.owner);
    await this.decideSome();
    await this.client.runJob('hold-release');
    await untilQuiet(this.product.owner);
  }

  /** Referrers are seen where they are, so that who signs up there is suspected. */
  async seeReferrers(noon: Date): Promise<void> {
    this.now = noon.getTime();
    await this.client.setClock(noon);
    for (let n = 0; n < 8; n += 1) {
      await this.tell('/v1/activity', { id: `seen-${n}`, userId: `referrer-${n}`, kind: 'login', occurredAt: this.ago(1), context: homeOf(n) });
      this.codes.push(await this.client.codeOf(`referrer-${n}`));
    }
    await untilQuiet(this.product.owner);
  }

  private draw(): Said {
    this.drawn += 1;
    const kind = this.referees.length < 5 ? 0 : this.roll(10);
    if (kind < 3) return this.register();
    if (kind < 6) return this.act();
    if (kind < 9 || this.payments.length === 0) return this.pay();
    return this.refund();
  }

  private register(): Said {
    const referrer = this.roll(8);
    const refereeId = `referee-${this.referees.length}`;
    const near = this.roll(4);
    const home = homeOf(referrer);
    const context = near === 0 ? home : near === 1 ? { ip: home.ip } : undefined;
    this.referees.push(refereeId);
    return ['/v1/referrals', { refereeId, code: this.codes[referrer], appId: this.app(), occurredAt: this.ago(20), context }];
  }

  private act = (): Said => ['/v1/activity', { id: `act-${this.drawn}`, userId: this.referee(), kind: 'app_used', appId: this.app() ?? 'chat', occurredAt: this.ago(6) }];

  private pay(): Said {
    const payment = { id: `pay-${this.drawn}`, amount: 100 + this.roll(5_000) };
    this.payments.push(payment);
    return ['/v1/payments', { ...payment, userId: this.referee(), kind: 'purchase', currency: 'EUR', status: 'settled', occurredAt: this.ago(6) }];
  }

  private refund(): Said {
    const [payment] = this.payments.splice(this.roll(this.payments.length), 1);
    const amount = this.roll(2) === 0 ? payment!.amount : 1 + this.roll(payment!.amount);
    return [`/v1/payments/${payment!.id}/refunds`, { id: `refund-${this.drawn}`, amount }];
  }

  private async decideSome(): Promise<void> {
    const { data } = (await this.client.get('/v1/reviews?status=pending&limit=100')).body as { data: { id: string }[] };
    for (const { id } of data.filter(() => this.roll(2) === 0)) await this.tell(`/v1/reviews/${id}/decision`, { decision: DECISIONS[this.roll(3)] });
  }

  /** As a host does: what was answered with 503 is told again; until it can seal a context the gateway says so too. */
  private async tell(path: string, body: object): Promise<void> {
    await eventually(async () => {
      const { status, body: said } = await this.client.post(path, body);
      if (status >= 300) throw new Error(`${path} answered ${status} ${JSON.stringify(said)} to ${JSON.stringify(body)}`);
    });
    this.told += 1;
  }

  private app = (): string | undefined => APPS[this.roll(APPS.length)];
  private referee = (): string => this.referees[this.roll(this.referees.length)]!;
  private ago = (hours: number): string => new Date(this.now - this.roll(hours * 60) * 60_000 - HOUR / 60).toISOString();
}

const homeOf = (referrer: number): { ip: string; deviceId: string } => ({ ip: `198.51.100.${referrer + 1}`, deviceId: `device-of-${referrer}` });
