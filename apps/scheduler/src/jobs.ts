import { batchRewards, fraud, relationships, rewards } from '@referrals/contracts';
import { HOUR, MINUTE, SECOND, DAY } from '@referrals/domain';
import type { Bus } from '@referrals/messaging';

export type Requests = Pick<Bus, 'request'>;

/** Where a run stands. */
export interface Progress {
  /** what the last step left for the next one; null at the first */
  cursor: string | null;
  /** start of the interval that the run is for, in business time */
  interval: Date;
}

/** What one short request did. */
export interface Step {
  processed: number;
  changed: number;
  /** is there anything left for another step */
  more: boolean;
  cursor?: string | null;
}

/** A job is a loop of short requests; each may run twice, after a crash, and then changes nothing the second time. */
export interface JobEntry {
  name: string;
  description: string;
  everySeconds: number;
  /** intervals in which no scheduler ran: run each of them afterwards, oldest first, or go on with the present one */
  missed: 'catch_up' | 'skip';
  step(bus: Requests, progress: Progress): Promise<Step>;
}

/** Shorter than a lease, longer than any statement of a room may take. */
const STEP = { timeoutMs: 8 * SECOND };

/** The whole timetable. Intervals follow business time; each job runs once per interval, however many schedulers there are. */
export const TIMETABLE: JobEntry[] = [
  {
    name: 'retention-check',
    description: 'finds referrals that became retained',
    everySeconds: HOUR / SECOND,
    missed: 'skip', // one check finds everything that is due, however late it runs
    step: async (bus, { cursor }) => {
      const { processed, changed, next } = await bus.request(relationships.checkRetention, cursor ? { after: cursor } : {}, STEP);
      return { processed, changed, more: next !== null, cursor: next };
    },
  },
  {
    name: 'hold-release',
    description: 'releases held bonuses whose time has come',
    everySeconds: MINUTE / SECOND,
    missed: 'skip',
    step: (bus) => bus.request(rewards.releaseHolds, {}, STEP),
  },
  {
    name: 'batch-rewards',
    description: 'computes the batch rewards of all referrers',
    everySeconds: DAY / SECOND,
    missed: 'skip', // the value follows from the present state
    step: async (bus, { cursor }) => {
      const input = { limit: 5_000, ...(cursor && { after: cursor }) };
      const { processed, updated, next } = await bus.request(batchRewards.recomputeBatchRewards, input, STEP);
      return { processed, changed: updated, more: next != null, cursor: next ?? null };
    },
  },
  {
    name: 'sealing-keys',
    description: 'makes the sealing key of the day and destroys those of 14 days ago',
    everySeconds: DAY / SECOND,
    missed: 'skip',
    step: async (bus) => ({ ...(await bus.request(fraud.rotateSealingKeys, {}, STEP)), more: false }),
  },
];
