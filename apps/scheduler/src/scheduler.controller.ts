import { Controller, Inject } from '@nestjs/common';
import { scheduler, type Input, type JobRun, type Reply } from '@referrals/contracts';
import { Refusal, SECOND } from '@referrals/domain';
import { Read, Room, Write, type RequestMeta, type RoomController, type Work } from '@referrals/messaging';
import type { Database } from '@referrals/persistence';
import { cleanUpRuns } from './clean-up-runs.js';
import { beginErasure, Erasures } from './erase-user.js';
import { exportUser } from './export-user.js';
import { keepDifferences, listDifferences, reconcile } from './reconcile.js';
import { listJobs, readRun } from './job-history.js';
import { TIMETABLE } from './jobs.js';
import { JobLoop } from './run-due-jobs.js';
import { listProgrammes } from './list-programmes.js';
import { getProgramme, putProgramme } from './programme.js';
import { setClock } from './set-clock.js';

/** After that a run goes on by itself, and the answer says that it is still running. */
const WAIT_MS = 10 * SECOND;

@Controller()
export class SchedulerController implements RoomController {
  readonly jobs: JobLoop;
  /** under the reconciler's role; set when the room starts */
  reader: Database | undefined;
  readonly erasures: Erasures;

  constructor(@Inject(Room) readonly room: Room) {
    this.jobs = new JobLoop(room.db, room.bus, room.log, TIMETABLE);
    this.erasures = new Erasures(room);
  }

  @Read(scheduler.listJobs)
  listJobs(): Promise<Reply<typeof scheduler.listJobs>> {
    return listJobs(this.room.db, TIMETABLE);
  }

  /** Not a `@Write`: a run commits step by step, and lasts longer than any transaction may. */
  @Read(scheduler.runJob)
  runJob({ name }: Input<typeof scheduler.runJob>): Promise<JobRun> {
    return this.jobs.runByHand(name, WAIT_MS);
  }

  @Read(scheduler.getRun)
  getRun({ name, id }: Input<typeof scheduler.getRun>): Promise<JobRun> {
    return readRun(this.room.db, name, id);
  }

  @Read(scheduler.getProgramme)
  getProgramme(): Promise<Reply<typeof scheduler.getProgramme>> {
    return getProgramme((text, values) => this.room.db.rows(text, values));
  }

  @Read(scheduler.listProgrammes)
  listProgrammes(request: Input<typeof scheduler.listProgrammes>): Promise<Reply<typeof scheduler.listProgrammes>> {
    return listProgrammes(this.room.db, request);
  }

  @Write(scheduler.putProgramme)
  putProgramme([input]: Input<typeof scheduler.putProgramme>[], [meta]: RequestMeta[]): Work<Reply<typeof scheduler.putProgramme>> {
    return async (tx) => [await putProgramme(tx, input!, meta?.actor ?? 'a host on NATS')];
  }

  @Write(scheduler.reconcile)
  async reconcile([input]: Input<typeof scheduler.reconcile>[]): Promise<Work<Reply<typeof scheduler.reconcile>>> {
    if (!this.reader) throw new Refusal('unavailable');
    const { differences, ...step } = await reconcile(this.reader, input!);
    for (const difference of differences) this.room.log.error(difference, 'books_differ');
    return async (tx) => {
      await keepDifferences(tx, differences, input!.runId);
      return [step];
    };
  }

  @Read(scheduler.listDifferences)
  listDifferences(input: Input<typeof scheduler.listDifferences>): Promise<Reply<typeof scheduler.listDifferences>> {
    return listDifferences(this.room.db, input);
  }

  @Write(scheduler.cleanUp)
  cleanUp([input]: Input<typeof scheduler.cleanUp>[]): Work<Reply<typeof scheduler.cleanUp>> {
    return async (tx) => [await cleanUpRuns(tx, input!.limit, this.room.env.KEEP_RUNS_DAYS)];
  }

  @Write(scheduler.eraseUser)
  eraseUser([input]: Input<typeof scheduler.eraseUser>[], [meta]: RequestMeta[]): Work<Reply<typeof scheduler.eraseUser>> {
    return async (tx) => {
      const erasure = await beginErasure(tx, input!.userId, meta?.actor ?? 'a host on NATS');
      tx.afterCommit(() => this.erasures.wake());
      return [erasure];
    };
  }

  @Read(scheduler.exportUser)
  exportUser(input: Input<typeof scheduler.exportUser>): Promise<Reply<typeof scheduler.exportUser>> {
    return exportUser(this.room.bus, input);
  }

  @Write(scheduler.setClock)
  setClock([input]: Input<typeof scheduler.setClock>[]): Work<Reply<typeof scheduler.setClock>> {
    return async (tx) => [await setClock(tx, input!, this.room.env.TEST_CLOCK)];
  }
}
