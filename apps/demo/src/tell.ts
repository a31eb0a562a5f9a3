import { ProblemError, type ReferralsClient } from '@referrals/client';
import { access, codes, relationships, rewards } from '@referrals/contracts';
import { CROWD } from '@referrals/messaging';
import { iso, type Fact } from './fact.js';


/** Tells the product facts through its own API, several at a time: their order does not matter. More would be a crowd, whose events wait. */
export class Teller {
  private readonly codes = new Map<string, Promise<string>>();
  /** refused by a rule, as a host's requests are now and then */
  refused = 0;

  constructor(private readonly client: ReferralsClient) {}

  async tellAll(facts: Fact[]): Promise<void> {
    const waiting = facts.values();
    const work = async (): Promise<void> => {
      for (const fact of waiting) await this.tell(fact);
    };
    await Promise.all(Array.from({ length: CROWD }, work));
  }

  private async tell(fact: Fact): Promise<void> {
    try {
      await this.send(fact);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status >= 500 || error.status === 0 || error.code === 'invalid_request') throw error;
      this.refused += 1;
    }
  }

  private async send(fact: Fact): Promise<unknown> {
    switch (fact.kind) {
      case 'user':
        return this.client.call(relationships.updateUser, fact.input);
      case 'activity':
        return this.client.call(relationships.recordActivity, fact.input);
      case 'payment':
        return this.client.call(rewards.applyPayment, fact.input);
      case 'refund':
        return this.client.call(rewards.applyRefund, fact.input);
      case 'dispute':
        return this.client.call(rewards.applyDispute, fact.input);
      case 'subscription':
        return this.client.call(access.setSubscription, fact.input);
      case 'sign-up': {
        const { refereeId, referrerId, campaign, appId, ip, deviceId, email, at } = fact;
        const code = campaign ?? (await this.codeOf(referrerId));
        return this.client.call(relationships.register, { refereeId, code, appId, occurredAt: iso(at), context: { ip, deviceId, email } });
      }
    }
  }

  private codeOf(userId: string): Promise<string> {
    const known = this.codes.get(userId) ?? this.client.call(codes.issue, { userId }).then(({ code }) => code);
    this.codes.set(userId, known);
    return known;
  }
}
