import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { scheduler, type JobRun } from '@referrals/contracts';
import { answer, type Result, type Session } from './command.js';
import { fields, table } from './print.js';
import { startProgress } from './progress.js';

export function addJobs(program: Command): void {
  program.command('jobs').description('the timetable, each job with its last run').action(() => answer(program, listJobs));
  program.command('run-job <name>').description('runs a job now, to its end').action((name: string) => answer(program, async (session) => shown(await runJob(session, name))));
  program.command('reconcile').description('compares the books of all rooms, and lists what differs').action(() => answer(program, reconcile));
}

async function listJobs({ client }: Session): Promise<Result> {
  const { data } = await client.call(scheduler.listJobs, {});
  const rows = data.map(({ name, everySeconds, lastRun, description }) => ({
    name, every: everySeconds === null ? 'by hand' : `${everySeconds} s`, status: lastRun?.status, 'last run': lastRun?.startedAt, changed: lastRun?.changed, description,
  }));
  return { value: data, text: table(rows, ['name', 'every', 'status', 'last run', 'changed', 'description']) };
}

async function runJob({ client, json }: Session, name: string): Promise<JobRun> {
  const progress = startProgress(json, null);
  try {
    let run = await client.call(scheduler.runJob, { name });
    for (; run.status === 'running'; run = await client.call(scheduler.getRun, { name, id: run.id })) {
      progress.at(run.processed, `${name}: ${run.changed} changed`);
      await sleep(500);
    }
    return run;
  } finally {
    progress.stop();
  }
}

const shown = (run: JobRun): Result => ({ value: run, text: fields(run), failed: run.status === 'failed' });

/** As many of the run's differences as a person reads; the whole list is one of the API's. */
const SHOWN = 100;

async function reconcile(session: Session): Promise<Result> {
  const run = await runJob(session, 'reconcile');
  const { data } = await session.client.call(scheduler.listDifferences, { limit: SHOWN });
  const differences = data.filter(({ runId }) => runId === run.id);
  const text = differences.length > 0 ? `\n${table(differences, ['check', 'subject', 'expected', 'found'])}` : '';
  return { value: { run, differences }, text: fields(run) + text, failed: run.status === 'failed' || run.changed > 0 };
}
