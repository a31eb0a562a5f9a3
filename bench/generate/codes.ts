import type { Filling } from './fill-tables.js';
import { beginning, sharersId, sharersOf, type Plan } from './source.js';

/** Sharers, each with the code that all their referrals came by. */
export const fillCodes = (plan: Plan): Filling[] => [
  { table: 'codes.code', statements: [`insert into codes.code (id, user_id, code, lookup_key, type, uses_count, created_at)
    select ${sharersId(plan, 'code', 'sharer')}, 'sharer-' || sharer, 'G' || lpad(sharer::text, 9, '0'), 'G' || lpad(sharer::text, 9, '0'), 'auto', uses, ${beginning(plan)}
    from ${sharers(plan)}`] },
  { table: 'relationships.code_use', statements: [`insert into relationships.code_use (code_id, uses) select ${sharersId(plan, 'code', 'sharer')}, uses from ${sharers(plan)}`] },
];

const sharers = (plan: Plan): string => `generate_series(1, ${sharersOf(plan)}) sharer
  join (select sharer, count(*)::int as uses from generated group by sharer) used using (sharer)`;
