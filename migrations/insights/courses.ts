import { Migration } from '@mikro-orm/migrations';
import { grantTo } from '../plumbing.js';

/**
 * How far each referral came stands on its own row, and what a user's bonuses add up to in an index: the statistics of somebody who brought
 * ten thousand people are read without looking each of them up in three tables.
 */
export class InsightsCourses extends Migration {
  override up(): void {
    for (const sql of [COLUMNS, ...BONUSES_BY_USER, ...KEEP_COURSES, 'select insights.keep_courses(array(select id from insights.referral))']) this.addSql(sql);
  }
}

/** A payment counts from the registration on; the first that is no top-up is the conversion. */
const COLUMNS = `alter table insights.referral add column activated_at timestamptz, add column qualified_at timestamptz, add column retained_at timestamptz,
  add column is_rejected boolean not null default false, add column paid_at timestamptz, add column last_paid_at timestamptz, add column converted_at timestamptz`;

const BONUSES_BY_USER = [
  'create index bonus_sums_index on insights.bonus (user_id) include (unit, event, status, amount, gone)',
  'drop index insights.bonus_user_id_index',
];

const COURSE = 'activated_at, qualified_at, retained_at, is_rejected, paid_at, last_paid_at, converted_at';
const of = (alias: string): string => COURSE.split(', ').map((column) => `${alias}.${column}`).join(', ');

/** Whoever calls it holds the lock of `project`: of two that add facts to one referral, the second sees those of the first. */
const KEEP_COURSES = [
  `create function insights.keep_courses(ids uuid[]) returns void language plpgsql as $$
     begin
     update insights.referral r set (${COURSE}) = row(${of('c')})
     from (
       select k.id, s.*, y.* from insights.referral k
       cross join lateral (
         select min(at) filter (where stage = 'activated') as activated_at, min(at) filter (where stage = 'qualified') as qualified_at,
           min(at) filter (where stage = 'retained') as retained_at,
           exists (select from insights.stage g where g.referral_id = k.id and g.stage = 'rejected') as is_rejected
         from insights.reached where referral_id = k.id) s
       cross join lateral (
         select min(occurred_at) as paid_at, max(occurred_at) as last_paid_at, min(occurred_at) filter (where kind <> 'topup') as converted_at
         from insights.payment where user_id = k.referee_id and occurred_at >= k.registered_at) y
       where k.id = any(ids)) c
     where r.id = c.id and (${of('r')}) is distinct from (${of('c')});
     end $$`,
  'revoke execute on function insights.keep_courses from public',
  grantTo('insights', 'execute on function insights.keep_courses'),
];
