import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/** The two facts that all rooms must see alike at every instant: what time it is, and which programme is in force. */
export class CommonInitial extends Migration {
  override up(): void {
    for (const sql of STATEMENTS) this.addSql(sql);
  }
}

const STATEMENTS = [
  `create table common.test_clock (
     only_row boolean primary key default true check (only_row),
     now timestamptz not null, running boolean not null, set_at timestamptz not null)`,
  `create function common.now() returns timestamptz language plpgsql stable as $$
     declare clock record;
     begin
       select c.now, c.running, c.set_at into clock from common.test_clock c;
       if not found then return clock_timestamp(); end if;
       return case when clock.running then clock.now + (clock_timestamp() - clock.set_at) else clock.now end;
     end $$`,
  `create table common.programme (
     version int primary key, body json not null, hash text not null, in_force_from timestamptz not null, created_by text not null)`,
  `create function common.programme_version() returns int language plpgsql stable as $$
     declare version int;
     begin
       select p.version into version from common.programme p where p.in_force_from <= common.now() order by p.version desc limit 1;
       if not found then select min(p.version) into version from common.programme p; end if;
       return version;
     end $$`,
  `create function common.refuse() returns trigger language plpgsql as $$
     begin raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation'; end $$`,
  // one text, one number: what advisory locks are taken on
  `create function common.lock_key(kind text, id text) returns bigint language sql immutable parallel safe
     as $$ select hashtextextended(id, hashtext(kind)) $$`,
  grantTo('scheduler', 'usage on schema common'),
  grantTo('scheduler', 'insert, update, delete on common.test_clock'),
  grantTo('scheduler', 'insert on common.programme'),
  'grant select on common.test_clock, common.programme to public',
];
