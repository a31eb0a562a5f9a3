import { plumbing, ROOMS } from '@referrals/contracts';
import { SECOND } from '@referrals/domain';
import type { Log } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import type { Requests } from './jobs.js';
import { redrive, type RedriveContext } from './redrive.js';
import { readPlace, writePlace } from './redrive.queries.js';
import { CONSUMER_PLANS, type Broker } from './watch-broker.js';

/** Between two comparisons of all outboxes with all inboxes. */
const REDRIVE_EVERY_MS = 30 * SECOND;

/** Keeps stream and consumers in place, and has published again what the broker lost. */
export class BrokerLoop {
  private redrivenAt = -Infinity;

  constructor(
    private readonly broker: Broker,
    private readonly context: RedriveContext,
    private readonly db: Database,
    private readonly log: Log,
  ) {}

  /**
   * One look; what is lost with the store, or with its end, is asked for at once, what is lost otherwise after a while. Before any
   * place was noted down nobody can tell whether this store is the one that heard everything, so all is asked for then too.
   */
  async look(): Promise<void> {
    const known = await readPlace(this.db);
    const { place, made, forgot } = await this.broker.look(known);
    if (made) this.log.info('stream_provisioned');
    const isAnother = known?.life !== place.life;
    if (isAnother || forgot) {
      if (known) this.log.warn(isAnother ? 'broker_store_lost' : 'broker_forgot');
      await this.redrive('all');
    } else if (performance.now() - this.redrivenAt > REDRIVE_EVERY_MS) {
      await this.redrive('aged');
    }
    // noted only now: should the redrive fail, the next look begins it anew
    if (isAnother || forgot || known.sequence !== place.sequence) await writePlace(this.db, place);
  }

  private async redrive(which: 'aged' | 'all'): Promise<void> {
    this.redrivenAt = performance.now();
    await redrive(this.context, which);
  }
}

export const redriveContext = (parts: { reader: Database; db: Database; bus: Requests; broker: Broker; log: Log }): RedriveContext => ({
  ...parts,
  producers: ROOMS,
  plans: CONSUMER_PLANS,
  republish: (producer, ids) => parts.bus.request(plumbing(producer).republish, { ids }, { timeoutMs: 8 * SECOND }),
  waitingSince: (plan) => parts.broker.waitingSince(plan),
});
