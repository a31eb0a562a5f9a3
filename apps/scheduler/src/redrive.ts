import { DAY, earliest, MINUTE, SECOND, shift } from '@referrals/domain';
import type { ConsumerPlan, Log } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { findLacking, oldestEvent, raiseWatermark, readWatermark, realNow, type Lacking, type Span } from './redrive.queries.js';

export interface RedriveContext {
  /** sees ids of all rooms and nothing else */
  reader: Database;
  db: Database;
  producers: readonly string[];
  plans: ConsumerPlan[];
  /** asks a room to publish events of its outbox again; at most `CHUNK` ids */
  republish: (producer: string, ids: string[]) => Promise<unknown>;
  /** when the oldest event that still waits for a room reached the stream; null when none waits */
  waitingSince: (plan: ConsumerPlan) => Promise<Date | null>;
  log: Log;
}

/** Younger events are on their way; the same slack lies between an event's commit and its place in the stream. */
const ON_THE_WAY_MS = 60 * SECOND;
/** No transaction is open for so long: nothing can still be recorded before it. */
const SETTLED_MS = 2 * MINUTE;
const LOOK_BACK_MS = 14 * DAY;
/** The log is compared in spans, so that no statement takes long. */
const SPAN_MS = 10 * MINUTE;
const CHUNK = 5_000;

/**
 * Has every event that a subscriber's inbox lacks published again. `aged`: those older than a minute, up to what still
 * waits for the consumer in the stream, so that a backlog is not doubled. `all`: the broker lost its store, so whatever
 * is lacking is lost, however young. Publishing twice is harmless, forgetting is not.
 * @returns how many were published again
 * @throws after all others are done, when a room could not be asked
 */
export async function redrive(context: RedriveContext, which: 'aged' | 'all'): Promise<number> {
  let count = 0;
  const silent = new Map<string, unknown>();
  const now = await realNow(context.db);
  for (const plan of context.plans) {
    const waiting = which === 'all' ? null : await context.waitingSince(plan);
    const youngest = which === 'all' ? shift(now, SECOND) : shift(earliest([now, waiting])!, -ON_THE_WAY_MS);
    for (const producer of context.producers) count += await redrivePair(context, producer, plan, { now, youngest, which, silent });
  }
  if (count > 0) context.log.warn({ count, which }, 'events_redriven');
  if (silent.size > 0) throw new Error(`no re-drive from ${[...silent.keys()].join(', ')}`, { cause: [...silent.values()][0] });
  return count;
}

interface Look {
  now: Date;
  youngest: Date;
  which: 'aged' | 'all';
  /** rooms that did not answer, and why; the others go on */
  silent: Map<string, unknown>;
}

/** Everything before the watermark is known to have been received; it moves up to the first event that is lacking. */
async function redrivePair(context: RedriveContext, producer: string, plan: ConsumerPlan, look: Look): Promise<number> {
  const { db, reader } = context;
  const { now, youngest } = look;
  const settled = shift(now, -SETTLED_MS);
  const since = shift(now, -LOOK_BACK_MS);
  const begin = (await readWatermark(db, producer, plan.room)) ?? (await beginningOf(reader, producer, since)) ?? settled;
  let count = 0;
  let oldest: Date | null = null;
  for (const span of spansOf(latest(begin, since), youngest)) {
    for await (const lacking of pagesOf(reader, producer, plan, span)) {
      oldest = earliest([oldest, lacking[0]?.recordedAt]);
      count += await ask(context, producer, lacking, look);
    }
    await raiseWatermark(db, producer, plan.room, earliest([oldest, span.until, settled])!);
  }
  return count;
}

async function ask(context: RedriveContext, producer: string, lacking: Lacking[], { which, silent }: Look): Promise<number> {
  const ids = lacking.filter(({ isUnsent }) => which === 'all' || !isUnsent).map(({ id }) => id);
  if (ids.length === 0 || silent.has(producer)) return 0;
  try {
    await context.republish(producer, ids);
    return ids.length;
  } catch (error) {
    silent.set(producer, error);
    return 0;
  }
}

async function* pagesOf(reader: Database, producer: string, plan: ConsumerPlan, span: Span): AsyncGenerator<Lacking[]> {
  for (let from = span.from; ; ) {
    const page = await findLacking(reader, producer, plan.room, { from, until: span.until }, plan.types, CHUNK);
    if (page.length > 0) yield page;
    const last = page.at(-1)?.recordedAt;
    // a page that does not even fill a millisecond's events would begin again where it began
    if (page.length < CHUNK || !last || last <= from) return;
    from = last;
  }
}

function* spansOf(from: Date, until: Date): Generator<Span> {
  for (let start = from; start < until; ) {
    const end = earliest([shift(start, SPAN_MS), until])!;
    yield { from: start, until: end };
    start = end;
  }
}

const latest = (a: Date, b: Date): Date => (a > b ? a : b);

async function beginningOf(reader: Database, producer: string, since: Date): Promise<Date | null> {
  const oldest = await oldestEvent(reader, producer, since);
  return oldest && shift(oldest, -1);
}
