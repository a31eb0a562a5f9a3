import { Migration } from '@mikro-orm/migrations';

/** How far the stream had come at the last look: one that has gone back, or holds another message there, forgot its end. */
export class SchedulerStreamPlace extends Migration {
  override up(): void {
    this.addSql(`alter table scheduler.stream_life
      add column last_sequence bigint not null default 0, add column last_at timestamptz not null default clock_timestamp()`);
  }
}
