import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/** What was refused with each code, for a day; and when a code last raised an alarm, so that counting begins anew. */
export class RelationshipsCodeAlarms extends Migration {
  override up(): void {
    for (const sql of STATEMENTS) this.addSql(sql);
  }
}

const STATEMENTS = [
  'create table relationships.code_refusal (code_id uuid not null, at timestamptz not null, refused int not null)',
  'create index code_refusal_index on relationships.code_refusal (code_id, at)',
  'create table relationships.code_alarm (code_id uuid primary key, alarmed_at timestamptz not null, alarms int not null)',
  grantTo('relationships', 'select, insert, delete on relationships.code_refusal'),
  grantTo('relationships', 'select, insert, update on relationships.code_alarm'),
  // one after the other for each code, so that the one that reaches the limit sees all before it; items: {codeId, refused}
  `create function relationships.note_refusals(list json, at timestamptz, day_ago timestamptz)
   returns table ("codeId" uuid, refused int, registered int, alarms int) language plpgsql as $$
   #variable_conflict use_column
   begin
     perform pg_advisory_xact_lock(codes.key) from (
       select common.lock_key('code alarm', t."codeId"::text) as key from json_to_recordset(list) as t("codeId" uuid) order by 1) codes;
     delete from relationships.code_refusal r using json_to_recordset(list) as t("codeId" uuid)
       where r.code_id = t."codeId" and r.at <= note_refusals.day_ago;
     insert into relationships.code_refusal (code_id, at, refused)
       select t."codeId", note_refusals.at, t.refused from json_to_recordset(list) as t("codeId" uuid, refused int) where t.refused > 0;
     return query
       select t."codeId",
         (select coalesce(sum(r.refused), 0)::int from relationships.code_refusal r where r.code_id = t."codeId" and r.at > since.start),
         (select count(*)::int from relationships.referral r
            where r.code_id = t."codeId" and r.code_type = 'campaign' and r.arrived_at > since.start),
         coalesce(alarm.alarms, 0)
       from json_to_recordset(list) as t("codeId" uuid)
         left join relationships.code_alarm alarm on alarm.code_id = t."codeId"
         cross join lateral (select greatest(note_refusals.day_ago, alarm.alarmed_at) as start) since;
   end $$`,
];
