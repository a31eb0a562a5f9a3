import { Migration } from '@mikro-orm/migrations';
import { grantTo, plumbing } from '../plumbing.js';
import { reconcilerGrants } from './reconciler.js';

export class SchedulerInitial extends Migration {
  override up(): void {
    for (const sql of [...plumbing('scheduler'), ...STATEMENTS, ...reconcilerGrants]) this.addSql(sql);
  }
}

const STATEMENTS: string[] = [
  // (job, bucket) makes an interval run once; runs by hand have no bucket. Leases are in real time, starts in business time
  `create table scheduler.job_run (
     id uuid primary key, job text not null, bucket bigint,
     trigger text not null check (trigger in ('timetable', 'hand')), status text not null check (status in ('running', 'succeeded', 'failed')),
     started_at timestamptz not null, finished_at timestamptz, duration_ms int,
     cursor json, processed int not null default 0, changed int not null default 0, error text,
     begun_at timestamptz not null default clock_timestamp(), lease_until timestamptz not null, fence int not null default 1,
     check ((trigger = 'hand') = (bucket is null)), check ((status = 'running') = (finished_at is null))) with (fillfactor = 70)`,
  'create unique index job_run_job_bucket_unique on scheduler.job_run (job, bucket) where bucket is not null',
  'create index job_run_job_id_index on scheduler.job_run (job, id)',
  `create index job_run_running_index on scheduler.job_run (job, lease_until) where status = 'running'`,
  // the broker's own id of the stream's life: another one means that its store was lost
  `create table scheduler.stream_life (
     only_row boolean primary key default true check (only_row), created text not null, seen_at timestamptz not null default clock_timestamp())`,
  // what a producer recorded before `received_until` is known to have reached the consumer
  `create table scheduler.redrive_watermark (
     producer text not null, consumer text not null, received_until timestamptz not null, primary key (producer, consumer)) with (fillfactor = 50)`,
  grantTo('scheduler', 'select, insert, update on scheduler.job_run, scheduler.stream_life, scheduler.redrive_watermark'),
];
