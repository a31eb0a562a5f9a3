import type { Contract, Input, Reply } from '@referrals/contracts';
import type { Answer, Bus, Log, Sealable, SealingKeys } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import type { Call } from './http/call.js';
import type { Door } from './http/door.js';
import type { LinkTargets } from './links/link-target.js';
import type { Metrics } from './operations/metrics.js';
import type { Authenticator } from './keys/authenticator.js';
import type { KeyEnvironment } from './keys/key-format.js';

/** What the gateway's controllers work with; handed to them by Nest. */
export class Gateway {
  constructor(
    readonly db: Database,
    readonly bus: Bus,
    readonly sealing: SealingKeys,
    readonly authenticator: Authenticator,
    readonly metrics: Metrics,
    readonly keyEnvironment: KeyEnvironment,
    readonly log: Log,
    readonly door: Door,
    readonly links: { targets: LinkTargets; isProduction: boolean },
  ) {}

  /** @throws Refusal the room's, or `unavailable` */
  ask<C extends Contract>(contract: C, input: Input<C>, call: Call): Promise<Answer<Reply<C>>> {
    return this.bus.ask(contract, input, call.options);
  }

  /** The same, with IP, device, user agent and e-mail in a box that only the fraud room opens. */
  async askSealed<C extends Contract>(contract: C, input: Input<C> & Sealable, call: Call): Promise<Answer<Reply<C>>> {
    return this.bus.ask(contract, await this.sealing.seal(input), call.options);
  }
}
