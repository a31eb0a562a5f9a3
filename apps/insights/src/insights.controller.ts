import { Controller, Inject } from '@nestjs/common';
import { events, insights, plumbing, type Input, type Reply } from '@referrals/contracts';
import { On, OnEach, Read, Room, subscriptionsOf, Write, type AnyEvent, type RoomController, type Work } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { COUNTED, factsOf, type Received } from './facts.js';
import { keepNames, keepPayments, projectFacts } from './project-facts.js';
import { projectHistory } from './project-history.js';
import { readDaily, readLeaderboard, readOverview } from './read-stats.js';
import { readUserStats } from './read-user-stats.js';
import { beginRebuild, PAGE, placeOf, rebuildFrom } from './rebuild.js';
import { recount } from './recount.js';

type Contracts = typeof insights;

@Controller()
export class InsightsController implements RoomController {
  constructor(@Inject(Room) readonly room: Room) {}

  @Read(insights.daily)
  daily(input: Input<Contracts['daily']>): Promise<Reply<Contracts['daily']>> {
    return readDaily(this.room.db, input);
  }

  @Read(insights.overview)
  overview(): Promise<Reply<Contracts['overview']>> {
    return readOverview(this.room.db);
  }

  @Read(insights.leaderboard)
  leaderboard(input: Input<Contracts['leaderboard']>): Promise<Reply<Contracts['leaderboard']>> {
    return readLeaderboard(this.room.db, input);
  }

  @Read(insights.userStats)
  userStats({ userId }: Input<Contracts['userStats']>): Promise<Reply<Contracts['userStats']>> {
    return readUserStats(this.room.db, userId);
  }

  @Write(insights.rebuild)
  async rebuild([input]: Input<Contracts['rebuild']>[]): Promise<Work<Reply<Contracts['rebuild']>>> {
    if (input!.cursor === undefined) return async (tx) => [await beginRebuild(tx)];
    const place = placeOf(input!.cursor);
    const subscriptions = subscriptionsOf(this);
    const types = subscriptions.map(({ kind }) => kind.type);
    const page = await this.room.bus.request(plumbing(place.room).readEvents, { types, limit: PAGE, ...(place.after && { after: place.after }) });
    return async (tx) => [await rebuildFrom(tx, place, page, subscriptions)];
  }

  @Read(insights.recount)
  async recount(input: Input<Contracts['recount']>): Promise<Reply<Contracts['recount']>> {
    const step = await recount(this.room.db, input);
    if (step.differences.length > 0) this.room.log.error({ days: step.differences }, 'statistics_differ');
    return step;
  }

  @On(events.userUpdated)
  userUpdated(tx: Transaction, received: Received<'userUpdated'>[]): Promise<void> {
    return keepNames(tx, received);
  }

  @On(events.paymentSettled)
  paymentSettled(tx: Transaction, received: Received<'paymentSettled'>[]): Promise<void> {
    return keepPayments(tx, received.map(({ data }) => data));
  }

  /** What a group tells of stages and bonuses changes the sums at once. */
  @OnEach(COUNTED)
  counted(tx: Transaction, received: AnyEvent[]): Promise<void> {
    return projectFacts(tx, factsOf(received));
  }

  @On(events.referralsImported)
  referralsImported(tx: Transaction, received: Received<'referralsImported'>[]): Promise<void> {
    return projectHistory(tx, received.flatMap(({ data }) => data.referrals));
  }
}
