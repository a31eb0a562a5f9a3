import { Secrets } from '@referrals/config';
import { Refusal } from '@referrals/domain';
import { Bus, connectAs } from '@referrals/messaging';
import { CONTRACTS } from './http-door.js';
import type { Answer, Body, Sent } from './history.js';

/** A host's service that asks the rooms themselves, under the host's key in the data folder. */
export class NatsDoor {
  private constructor(private readonly bus: Bus) {}

  static async open(url: string, folder: string): Promise<NatsDoor> {
    return new NatsDoor(new Bus(await connectAs('host', { NATS_URL: url }, new Secrets(folder))));
  }

  async send({ verb, body }: Sent): Promise<Answer> {
    try {
      return { status: 200, code: null, body: (await this.bus.request(CONTRACTS[verb], body)) as Body };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, code: error.code, body: {} };
    }
  }

  async close(): Promise<void> {
    await this.bus.connection.close();
  }
}
