import { batchRewards, fraud, insights, plumbing, relationships, rewards, ROOMS, scheduler } from '@referrals/contracts';
import { HOUR, MINUTE, SECOND, DAY } from '@referrals/domain';
import type { Bus } from '@referrals/messaging';

export type Requests = Pick<Bus, 'request'>;

/** Where a run stands. */
export interface Progress {
  /** what the last step left for the next one; null at the first */
  cursor: string | null;
  /** start of the interval that the run is for, in business time */
  interval: Date;
  runId: string;
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
  /** null: by hand alone */
  everySeconds: number | null;
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
  {
    name: 'review-lapse',
    description: 'closes reviews whose bonuses were released by time',
    everySeconds: MINUTE / SECOND,
    missed: 'skip',
    step: (bus) => bus.request(fraud.lapseReviews, {}, STEP),
  },
  {
    name: 'review-alerts',
    description: 'raises an alert for reviews that nobody decided for very long',
    everySeconds: DAY / SECOND,
    missed: 'skip',
    step: (bus) => bus.request(fraud.alertReviews, {}, STEP),
  },
  {
    name: 'rescore',
    description: 'compares sign-ups with all patterns again and scores them',
    everySeconds: DAY / SECOND,
    missed: 'skip',
    step: async (bus, { cursor }) => {
      const { processed, changed, next } = await bus.request(fraud.rescore, cursor ? { after: cursor } : {}, STEP);
      return { processed, changed, more: next !== null, cursor: next };
    },
  },
  {
    name: 'ring-detection',
    description: 'finds users tied by shared devices and addresses, for the report of rings',
    everySeconds: DAY / SECOND,
    missed: 'skip',
    step: async (bus, { cursor }) => {
      const { processed, changed, next } = await bus.request(fraud.findRings, cursor ? { after: Number(cursor) } : {}, STEP);
      return { processed, changed, more: next !== null, cursor: next === null ? null : String(next) };
    },
  },
  {
    name: 'fingerprint-purge',
    description: 'deletes facts of 90 days ago, and boxes that nothing opens any more',
    everySeconds: DAY / SECOND,
    missed: 'skip',
    step: (bus) => bus.request(fraud.purgeFacts, {}, STEP),
  },
  {
    name: 'daily-stats',
    description: 'compares the daily statistics with a recount of their facts',
    everySeconds: DAY / SECOND,
    missed: 'skip', // it begins with the first day each time
    step: async (bus, { cursor }) => {
      const { differences, ...step } = await bus.request(insights.recount, cursor ? { from: cursor } : {}, STEP);
      return { ...step, changed: differences.length };
    },
  },
  {
    name: 'statistics-rebuild',
    description: "makes the statistics anew from the rooms' event logs",
    everySeconds: null,
    missed: 'skip',
    step: (bus, { cursor }) => bus.request(insights.rebuild, cursor ? { cursor } : {}, STEP),
  },
  {
    name: 'reconcile',
    description: 'compares ledger, balances, bonuses and relationships; what differs is listed, never mended',
    everySeconds: DAY / SECOND,
    missed: 'skip',
    step: (bus, { cursor, runId }) => bus.request(scheduler.reconcile, { runId, ...(cursor && { cursor }) }, STEP),
  },
  {
    name: 'partitions',
    description: "makes the event logs' partitions of the months to come, and gives away those older than the logs are kept",
    everySeconds: DAY / SECOND,
    missed: 'skip',
    step: async (bus, { cursor }) => {
      const room = ROOMS.find((name) => name === cursor) ?? ROOMS[0];
      const step = await bus.request(plumbing(room).keepPartitions, {}, STEP);
      const next = ROOMS[ROOMS.indexOf(room) + 1] ?? null;
      return { ...step, more: next !== null, cursor: next };
    },
  },
  {
    name: 'clean-up',
    description: 'forgets answers, receipts, deliveries, clicks and runs whose time is over',
    everySeconds: HOUR / SECOND,
    missed: 'skip',
    step: async (bus, { cursor }) => {
      const room = ROOMS.find((name) => name === cursor) ?? ROOMS[0];
      const { processed, changed, more } = await bus.request(plumbing(room).cleanUp, {}, STEP);
      if (more) return { processed, changed, more, cursor: room };
      const next = ROOMS[ROOMS.indexOf(room) + 1];
      if (next) return { processed, changed, more: true, cursor: next };
      const runs = await bus.request(scheduler.cleanUp, {}, STEP);
      return { processed: processed + runs.processed, changed: changed + runs.changed, more: runs.more, cursor: room };
    },
  },
];
