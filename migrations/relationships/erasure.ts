import { Migration } from '@mikro-orm/migrations';
import { erasure } from '../erasure.js';

export class RelationshipsErasure extends Migration {
  override up(): void {
    for (const sql of [...BEFORE, ...erasure('relationships', FIRST)]) this.addSql(sql);
  }
}

const BEFORE: string[] = [
  // who referred whom never changes; that one of them is known by a pseudonym from now on is no change of that
  `create or replace function relationships.refuse_change() returns trigger language plpgsql as $$
     begin
       if current_user = (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = tg_relid)
         and (new.referrer_id = old.referrer_id or new.referrer_id like 'erased:%') and (new.referee_id = old.referee_id or new.referee_id like 'erased:%')
         and (new.code_id, new.registered_at, new.arrived_at) = (old.code_id, old.registered_at, old.arrived_at) then return new; end if;
       raise exception 'who referred whom never changes' using errcode = 'restrict_violation';
     end $$`,
];

const FIRST: string[] = [
  'delete from user_fact where user_id = raw',
];
