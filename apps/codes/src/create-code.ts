import type { Code, codes, Input } from '@referrals/contracts';
import { lookupKey, Refusal } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';
import { chosenTextProblem } from './chosen-text.js';
import { changesProblem } from './code-changes.js';
import { CODE_COLUMNS, codeOf, type CodeRow } from './code-row.js';

export type Creation = Input<typeof codes.create>;

/** One after another per user, so that the count below is exact. */
const LOCK = 'select pg_advisory_xact_lock(common.lock_key($1, $2))';

/** `waitSeconds` is told when the user's sliding hour is full; neither code nor wait means that the text is taken. */
const INSERT = `with
  clock as materialized (select date_trunc('milliseconds', common.now()) as now),
  earlier as (
    select c.created_at from code c, clock
    where c.user_id = $2 and c.type = 'custom' and c.created_at > clock.now - interval '1 hour' and c.created_at <= clock.now
    order by c.created_at desc limit $12),
  full_until as (
    select min(created_at) + interval '1 hour' as at from earlier having $5 = 'custom' and count(*) >= $12),
  made as (
    insert into code (id, user_id, code, lookup_key, type, source_app_id, max_uses, daily_limit, expires_at, metadata, created_at)
    select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock.now from clock
    where $11 = common.programme_version() and not exists (select from full_until)
    on conflict do nothing returning *)
  select ${CODE_COLUMNS}, null::int as "waitSeconds" from made
  union all
  select`;
