import { Migration } from '@mikro-orm/migrations';
import { erasure } from '../erasure.js';
import { grantTo } from '../plumbing.js';

export class SchedulerErasure extends Migration {
  override up(): void {
    for (const sql of [...BEFORE, ...erasure('scheduler')]) this.addSql(sql);
  }
}

const BEFORE: string[] = [
  // raw until every room has confirmed: the room that erases the others' must know whom
  `create table scheduler.erasure (
     id uuid primary key, user_id text not null, pseudonym text not null unique, requested_by text not null, requested_at timestamptz not null,
     begun_at timestamptz not null default clock_timestamp(), first_pass text[] not null default '{}', second_pass text[] not null default '{}',
     finished_at timestamptz) with (fillfactor = 70)`,
  `create unique index erasure_of_user_unique on scheduler.erasure (user_id) where finished_at is null`,
  grantTo('scheduler', 'select, insert, update on scheduler.erasure'),
];
