import { Inject, Injectable, type DynamicModule } from '@nestjs/common';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { SECOND } from '@referrals/domain';
import { Room } from '@referrals/messaging';
import { BrokerLoop } from './broker-loop.js';
import { Erasures } from './erase-user.js';
import { JobLoop } from './run-due-jobs.js';

/** What the scheduler does by itself. The intervals are of real time; which jobs are due is for the database to say. */
@Injectable()
export class Ticks {
  private readonly busy = new Set<string>();

  constructor(
    @Inject(Room) private readonly room: Room,
    @Inject(JobLoop) private readonly jobs: JobLoop,
    @Inject(BrokerLoop) private readonly broker: BrokerLoop,
    @Inject(Erasures) private readonly erasures: Erasures,
  ) {}

  @Interval(SECOND)
  runDueJobs(): Promise<void> {
    return this.once('jobs', () => this.jobs.runDueJobs());
  }

  @Interval(2 * SECOND)
  lookAtBroker(): Promise<void> {
    return this.once('broker', () => this.broker.look());
  }

  @Interval(2 * SECOND)
  goOnErasing(): Promise<void> {
    return this.once('erasures', () => this.erasures.goOn());
  }

  /** A tick that takes longer than its interval is not begun twice; one that fails is tried again with the next. */
  private async once(name: string, work: () => Promise<unknown>): Promise<void> {
    if (this.busy.has(name)) return;
    this.busy.add(name);
    try {
      await work();
    } catch (error) {
      this.room.log.warn({ tick: name, err: (error as Error).message }, 'tick_failed');
    } finally {
      this.busy.delete(name);
    }
  }
}

export class TicksModule {
  static of(room: Room, jobs: JobLoop, broker: BrokerLoop, erasures: Erasures): DynamicModule {
    const values = [[Room, room], [JobLoop, jobs], [BrokerLoop, broker], [Erasures, erasures]] as const;
    return { module: TicksModule, imports: [ScheduleModule.forRoot()], providers: [...values.map(([provide, useValue]) => ({ provide, useValue })), Ticks] };
  }
}
