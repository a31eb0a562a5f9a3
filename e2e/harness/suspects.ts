import { expect } from '@jest/globals';
import type { Review } from '@referrals/contracts';
import { eventually, type Client } from './client.js';

export interface From {
  ip?: string;
  deviceId?: string;
  email?: string;
}

/** A referrer and somebody who signs up with their code, as a host tells of them. */
export class Suspects {
  readonly referrer: string;
  readonly referee: string;

  constructor(private readonly client: Client, readonly name: string) {
    this.referrer = `${name}-referrer`;
    this.referee = `${name}-referee`;
  }

  /** The referrer was somewhere; told now, whenever it was. */
  seen = (context: From, occurredAt: Date) =>
    this.tell('/v1/activity', { id: `seen-${this.name}-${JSON.stringify(context)}`, userId: this.referrer, kind: 'login', occurredAt, context });

  signUp = async (context: From, occurredAt?: Date) =>
    this.tell('/v1/referrals', { refereeId: this.referee, code: await this.code(), context, occurredAt });

  use = (occurredAt?: Date) => this.tell('/v1/activity', { id: `use-${this.name}`, userId: this.referee, kind: 'app_used', appId: 'chat', occurredAt });

  pay = (id: string, amount: number, occurredAt?: Date) =>
    this.tell('/v1/payments', { id: `${this.name}-${id}`, userId: this.referee, kind: 'purchase', amount, currency: 'EUR', status: 'settled', occurredAt });

  private code = () => eventually(async () => {
    const { status, body } = await this.client.get(`/v1/users/${this.referrer}/code`);
    expect(status).toBe(200); // a problem has a `code`, too
    return body.code as string;
  });

  /** As a host does: what was answered with 503 is told again, which is always safe. */
  private tell = (path: string, body: object) => eventually(async () => {
    const { status } = await this.client.post(path, body);
    expect([200, 201, 202]).toContain(status);
  });

  /** Waits until the score is known where referrals are kept, and where their bonuses are. */
  scored = (score: number) => eventually(async () => {
    const { body } = await this.client.get(`/v1/users/${this.referee}/referral`);
    expect(body.fraudScore).toBe(score);
    const { data: bonuses } = (await this.client.get(`/v1/users/${this.referrer}/bonuses?referralId=${body.id}`)).body;
    for (const { id } of bonuses) {
      const { assessments }: { assessments: { score: number; assessedAt: string }[] } = (await this.client.get(`/v1/bonuses/${id}`)).body.calculation;
      expect([...assessments].sort((a, b) => a.assessedAt.localeCompare(b.assessedAt)).at(-1)).toMatchObject({ score });
    }
  });

  /** The open one, once there is one. */
  review = (): Promise<Review> => eventually(async () => {
    const { body } = await this.client.get('/v1/reviews?status=pending&limit=100');
    const review = body.data.find(({ refereeId }: Review) => refereeId === this.referee);
    expect(review).toBeDefined();
    return review;
  });

  decide = (reviewId: string, decision: string) => this.client.post(`/v1/reviews/${reviewId}/decision`, { decision });

  /** What a party has, by unit: available, held, debt. */
  owns = (userId: string, expected: Record<string, [number, number, number]>) => eventually(async () => {
    const { balances } = (await this.client.get(`/v1/users/${userId}/balances`)).body;
    expect(Object.fromEntries(balances.map(({ unit, available, held, debt }: Balance) => [unit, [available, held, debt]]))).toEqual(expected);
    await this.entriesAddUp(userId, balances);
  });

  /** Every balance is the sum of its entries. */
  private async entriesAddUp(userId: string, balances: Balance[]): Promise<void> {
    for (const { unit, available, held, debt } of balances) {
      const { data } = (await this.client.get(`/v1/users/${userId}/ledger?unit=${unit}&limit=100`)).body;
      const sum = (account: string) => data.filter((entry: Entry) => entry.account === account).reduce((total: number, { amount }: Entry) => total + amount, 0);
      expect([userId, unit, sum('available'), sum('held'), sum('debt') + 0]).toEqual([userId, unit, available, held, 0 - debt]);
    }
  }

  /** The reasons of the ledger's entries in one unit with their amounts, oldest first. */
  entries = async (userId: string, unit: string): Promise<[string, number][]> => {
    const { data } = (await this.client.get(`/v1/users/${userId}/ledger?unit=${unit}&limit=100`)).body;
    return data.map(({ reason, account, amount }: Entry) => [`${reason} ${account}`, amount]).reverse();
  };

  /** Event and status of each bonus that the review shows, sorted. */
  bonuses = async (reviewId: string): Promise<string[]> => {
    const { body } = await this.client.get(`/v1/reviews/${reviewId}`);
    return body.bonuses.map(({ party, event, status }: Record<string, string>) => `${party} ${event} ${status}`).sort();
  };
}

interface Balance {
  unit: string;
  available: number;
  held: number;
  debt: number;
}
interface Entry {
  account: string;
  amount: number;
  reason: string;
}
