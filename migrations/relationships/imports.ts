import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/** History of other systems: how far each import is, which lines it refused, and which referrals are history. */
export class RelationshipsImports extends Migration {
  override up(): void {
    for (const sql of STATEMENTS) this.addSql(sql);
  }
}

const STATEMENTS = [
  'alter table relationships.referral add imported_at timestamptz',
  `create table relationships.import (
     id text primary key, line int not null, users int not null default 0, codes int not null default 0, referrals int not null default 0,
     unchanged int not null default 0, refused int not null default 0, updated_at timestamptz not null) with (fillfactor = 50)`,
  'create table relationships.import_refusal (import_id text not null, line int not null, reason text not null, primary key (import_id, line))',
  grantTo('relationships', 'select, insert, update on relationships.import'),
  grantTo('relationships', 'select, insert on relationships.import_refusal'),
  // the loop rule for a list: all its users, and the common lock, because history is full of referees with referees
  `create function relationships.prepare_import(referees text[], referrers text[]) returns json language plpgsql as $$
     declare walks boolean; known json;
     begin
       perform pg_advisory_xact_lock(key) from (
         select distinct common.lock_key('user', u) as key from unnest(referees || referrers) u order by 1) keys;
       walks := referrers && referees or exists (
         select from unnest(referees) as u(user_id) where exists (select from relationships.referral r where r.referrer_id = u.user_id));
       if walks then
         perform pg_advisory_xact_lock(common.lock_key('walk', ''));
         with recursive up as (
           select u.user_id from unnest(referrers) as u(user_id)
           union select r.referrer_id from up join relationships.referral r on r.referee_id = up.user_id)
         select json_object_agg(r.referee_id, r.referrer_id) into known from up join relationships.referral r on r.referee_id = up.user_id;
       end if;
       return json_build_object(
         'ancestors', coalesce(known, '{}'),
         'referrals', (select coalesce(json_object_agg(r.referee_id, r.referrer_id), '{}') from relationships.referral r where r.referee_id = any(referees)),
         'withFacts', (select coalesce(json_agg(u.user_id), '[]') from unnest(referees) as u(user_id)
           where exists (select from relationships.activity a where a.user_id = u.user_id)
              or exists (select from relationships.payment_fact p where p.user_id = u.user_id)));
     end $$`,
];
