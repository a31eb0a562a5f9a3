import type { ClientContext } from '@referrals/contracts';
import { DAY, HOUR, MINUTE, SECOND, shift } from '@referrals/domain';
import { Random } from './random.js';

/** Who signs up how. Of those above the line nobody is a fraudster, of those below everybody is. */
export const KINDS = {
  home: { share: 0.48, isFraud: false, tells: 'at home, now and then under one roof with the referrer, rarely on one tablet' },
  campus: { share: 0.15, isFraud: false, tells: 'behind one of three campus addresses, as the referrer is; one of them is marked as shared' },
  carrier: { share: 0.15, isFraud: false, tells: "behind one of twelve addresses of a carrier (CGNAT), one in three behind the referrer's" },
  vpn: { share: 0.05, isFraud: false, tells: 'through a VPN, for reasons of their own' },
  group: { share: 0.04, isFraud: false, tells: 'six within the hour after a referrer wrote to a group' },
  careless: { share: 0.04, isFraud: true, tells: 'the referrer again, with the same device and address' },
  careful: { share: 0.035, isFraud: true, tells: 'the referrer again, with another device, from the same address, another mailbox' },
  farm: { share: 0.04, isFraud: true, tells: 'accounts made by the hour in a datacenter for a new account, half on its device' },
  chain: { share: 0.01, isFraud: true, tells: 'each account brings the next, one phone handed on' },
  patient: { share: 0.005, isFraud: true, tells: 'nothing in common with the referrer, and no haste' },
} as const;
export type Kind = keyof typeof KINDS;

export interface Referrer {
  id: string;
  email: string;
  createdAt: Date;
  seen: { at: Date; context: ClientContext }[];
}
export interface SignUp {
  kind: Kind;
  referrer: Referrer;
  refereeId: string;
  at: Date;
  context: ClientContext;
  lookUp: { at: Date; ip: string } | null;
  payment: { at: Date; firstActivityAt: Date | null } | null;
}
export interface Population {
  signUps: SignUp[];
  /** that an operator has marked */
  sharedNetwork: string;
}

export const START = new Date('2026-03-01T00:00:00.000Z');
const DAYS = 30;
const CAMPUSES = ['192.0.2.1', '192.0.2.65', '192.0.2.129'];

/** Everything follows from the seed. */
export function populationOf(size: number, seed: number): Population {
  const random = new Random(seed);
  const maker = new Maker(random);
  const signUps = (Object.keys(KINDS) as Kind[]).flatMap((kind) => maker.of(kind, Math.round(size * KINDS[kind].share)));
  return { signUps: signUps.sort((a, b) => a.at.getTime() - b.at.getTime()), sharedNetwork: '192.0.2.128/25' };
}

class Maker {
  private count = 0;

  constructor(private readonly random: Random) {}

  of(kind: Kind, count: number): SignUp[] {
    const made: SignUp[] = [];
    while (made.length < count) made.push(...this.family(kind).slice(0, count - made.length));
    return made;
  }

  /** A referrer and who signs up with the code. */
  private family(kind: Kind): SignUp[] {
    const { random } = this;
    switch (kind) {
      case 'home': return this.friends(kind, 1 + random.below(4), { ip: this.address() }, ({ ip, deviceId }) => {
        const isHousehold = random.chance(0.04);
        return { ip: isHousehold ? ip! : this.address(), deviceId: isHousehold && random.chance(0.25) ? deviceId! : this.device() };
      });
      case 'campus': return this.friends(kind, 1 + random.below(6), { ip: CAMPUSES[random.below(3)]! }, ({ ip }) => ({ ip: ip! }));
      case 'carrier': return this.friends(kind, 1 + random.below(4), { ip: this.carrier() }, ({ ip }) => ({ ip: random.chance(1 / 3) ? ip! : this.carrier() }));
      case 'vpn': return this.friends(kind, 1 + random.below(2), {}, () => ({ ip: this.address(), ipType: 'vpn' }));
      case 'group': return this.friends(kind, 6, {}, () => ({}), { burst: true });
      case 'careless': return this.friends(kind, 1 + random.below(5), {}, ({ ip, deviceId }) => ({ ip: ip!, deviceId: deviceId! }), { similar: 0.5 });
      case 'careful': return this.friends(kind, 1 + random.below(4), {}, ({ ip }) => ({ ip: ip! }), { similar: 0.5, disposable: 0.5 });
      case 'farm': return this.friends(kind, 8 + random.below(13), {}, ({ deviceId }) => (
        { ip: this.address(), ipType: 'datacenter', deviceId: random.chance(0.5) ? deviceId! : this.device() }), { burst: true, isNew: true, disposable: 0.6 });
      case 'chain': return this.chain(3 + random.below(6));
      case 'patient': return this.friends(kind, 2, {}, () => ({}), { isNew: false });
    }
  }

  private friends(kind: Kind, count: number, where: ClientContext, from: (referrer: ClientContext) => ClientContext, how: How = {}): SignUp[] {
    const { random } = this;
    const begin = shift(START, random.between(1, DAYS) * DAY);
    const context = { ip: this.address(), deviceId: this.device(), ...where };
    const referrer = this.referrer(begin, context, how.isNew ?? random.chance(0.1));
    return Array.from({ length: count }, (_, n) => {
      const at = shift(begin, how.burst ? n * 5 * MINUTE : random.between(0, 3 * DAY));
      return this.signUp(kind, referrer, at, { ip: this.address(), deviceId: this.device(), ...from(context) }, how);
    });
  }

  /** The phone goes on with the next account; each of them is the referrer of the one after it. */
  private chain(length: number): SignUp[] {
    const begin = shift(START, this.random.between(1, DAYS - 5) * DAY);
    const deviceId = this.device();
    let referrer = this.referrer(begin, { ip: this.address(), deviceId }, true);
    return Array.from({ length }, (_, n) => {
      const signUp = this.signUp('chain', referrer, shift(begin, n * 7 * HOUR), { ip: this.address(), deviceId }, {});
      referrer = { id: signUp.refereeId, email: signUp.context.email!, createdAt: signUp.at, seen: [] };
      return signUp;
    });
  }

  private referrer(begin: Date, context: ClientContext, isNew: boolean): Referrer {
    const n = (this.count += 1);
    const createdAt = shift(begin, -(isNew ? this.random.between(0.1, 6) : this.random.between(8, 900)) * DAY);
    const seenAt = shift(begin, -Math.min(this.random.between(0.01, 9) * DAY, begin.getTime() - createdAt.getTime()));
    return { id: `referrer-${n}`, email: `${word(n)}.sharer@example.org`, createdAt, seen: [{ at: seenAt, context }] };
  }

  private signUp(kind: Kind, referrer: Referrer, at: Date, context: ClientContext, { similar, disposable }: How): SignUp {
    const { random } = this;
    const { isFraud } = KINDS[kind];
    const n = (this.count += 1);
    const hurries = random.chance(isFraud && kind !== 'patient' ? 0.3 : 0.12);
    const email = random.chance(similar ?? 0.003) ? referrer.email.replace('@', `${n}@`) : random.chance(disposable ?? 0.015) ? `${word(n)}@mailinator.com` : `${word(n)}@example.net`;
    return {
      kind, referrer, refereeId: `referee-${n}`, at, context: { ...context, email },
      lookUp: hurries ? { at: shift(at, -random.between(2, 30) * SECOND), ip: context.ip! } : random.chance(0.5) ? { at: shift(at, -random.between(1, 600) * MINUTE), ip: context.ip! } : null,
      payment: random.chance(0.28) ? this.payment(at, isFraud && kind !== 'patient') : null,
    };
  }

  private payment(registeredAt: Date, isFraud: boolean): SignUp['payment'] {
    const { random } = this;
    const at = shift(registeredAt, random.chance(isFraud ? 0.6 : 0.25) ? random.between(0.2, 23) * HOUR : random.between(1.1, 20) * DAY);
    const hasUsed = random.chance(isFraud ? 0.4 : 0.85);
    return { at, firstActivityAt: hasUsed ? shift(registeredAt, random.next() * (at.getTime() - registeredAt.getTime())) : null };
  }

  private readonly address = (): string => `${11 + this.random.below(60)}.${this.random.below(256)}.${this.random.below(256)}.${1 + this.random.below(254)}`;
  private readonly carrier = (): string => `198.51.100.${1 + this.random.below(12)}`;
  private readonly device = (): string => `device-${(this.count += 1)}`;
}

interface How {
  /** five minutes apart */
  burst?: boolean;
  isNew?: boolean;
  similar?: number;
  disposable?: number;
}

/** A name without digits, one for each number. */
const word = (n: number): string => [...n.toString(26).padStart(4, '0')].map((digit) => 'abcdefghijklmnopqrstuvwxyz'[parseInt(digit, 26)]).join('');
