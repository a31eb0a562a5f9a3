import type { Random } from '../random.js';
import type { Body, Fact } from './history.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Few enough that everybody meets everybody: races and loops are found among few, not among many. */
const REGULARS = 40;

interface Paid {
  id: string;
  userId: string;
  amount: number;
  paidAt: number;
  isStripes: boolean;
}

/** Many enough that few share an address with whoever brought them: their bonuses wait for two days. */
const HOUSEHOLDS = 60;
const householdOf = (user: string): number => Number(/\d+/.exec(user)![0]) % HOUSEHOLDS;

/** Who there is, and what they do. */
export class People {
  private next = 0;
  /** payments of late, which may go back */
  private readonly payments: Paid[] = [];
  /** payments that went back before anybody told of them */
  private readonly untold: Fact[] = [];

  constructor(
    private readonly count: number,
    private readonly random: Random,
  ) {}

  /** New people all the time, and old ones again. */
  any(): string {
    return `user-${this.random.below(this.random.below(100) < 12 ? REGULARS : this.count)}`;
  }

  registration(code: string, refereeId = this.any()): Fact {
    const appId = this.random.pick(['chat', 'picture', 'mail']);
    const context = this.random.below(3) === 0 ? { ip: `203.0.113.${householdOf(refereeId)}` } : undefined;
    return { verb: 'register', body: { refereeId, code, appId, occurredAt: this.instant(), ...(context && { context }) } };
  }

  /** Two to four people whom nobody knows yet. */
  circle(): string[] {
    const name = this.id('circle');
    return Array.from({ length: this.random.between(2, 4) }, (_, n) => `${name}-${n}`);
  }

  activity(): Fact {
    const kind = this.random.pick(['login', 'credit_used', 'app_used', 'app_used', 'trial_started']);
    const appId = this.random.pick(['chat', 'picture', 'mail', 'todo', 'elsewhere']);
    return { verb: 'activity', body: { id: this.id('act'), userId: this.any(), kind, appId, occurredAt: this.instant() } };
  }

  payment(isStripes: boolean): Fact {
    return (!isStripes && this.untold.shift()) || this.made(isStripes);
  }

  private made(isStripes: boolean): Fact {
    const [id, userId, amount, occurredAt] = [this.id('pay'), this.any(), this.random.between(1, 10_000), this.instant()];
    const kind = this.random.pick(['topup', 'purchase', 'renewal']);
    const status = !isStripes && this.random.below(10) === 0 ? 'failed' : 'settled';
    if (this.payments.push({ id, userId, amount, paidAt: Date.parse(occurredAt), isStripes }) > 500) this.payments.shift();
    return { verb: 'payment', body: { id, userId, kind, amount, currency: 'EUR', status, occurredAt } };
  }

  /** Money goes back: in part, in full, more than there was; before the payment is known, or long after. */
  goingBack(isStripes: boolean): Fact | null {
    if (!isStripes && this.random.below(4) === 0) {
      this.untold.push(this.made(false));
      return this.returned(this.payments.at(-1)!);
    }
    const known = this.payments.filter((payment) => payment.isStripes === isStripes);
    return known.length === 0 ? null : this.returned(this.random.pick(known));
  }

  private returned({ id: paymentId, userId, amount, paidAt, isStripes }: Paid): Fact {
    const occurredAt = new Date(Math.min(paidAt + this.random.between(0, 12) * DAY_MS, Date.now() - 12 * HOUR_MS)).toISOString();
    const about: Body = { paymentId, ...(isStripes && { userId }), occurredAt };
    if (this.random.below(3) > 0) {
      const part = this.random.pick([amount, amount, Math.ceil(amount / 2), amount + 1]);
      return { verb: 'refund', body: { ...about, id: this.id('ref'), amount: part } };
    }
    const status = this.random.pick(['opened', 'won', 'lost']);
    return { verb: 'dispute', body: { ...about, id: `dis-${paymentId}`, status, amount } };
  }

  redemption(): Fact {
    return { verb: 'redeem', body: { userId: this.any(), id: this.id('red'), unit: 'credits', amount: this.random.between(1, 8) } };
  }

  private id(kind: string): string {
    return `${kind}-${(this.next += 1)}`;
  }

  /** Facts arrive in no order at all: from the last forty days, so that every stage can be reached. */
  private instant(): string {
    return new Date(Date.now() - 12 * HOUR_MS - this.random.below(40 * 24 * 3_600) * 1_000).toISOString();
  }
}
