import type { Filling } from './fill-tables.js';
import { beginning, sharersId, sharersOf, type Plan } from './source.js';

/** Sharers, each with the code that all their referrals came by. */
export const fillCodes = (plan: Plan): Filling[] => [
  { table: 'codes.code', statements: [`insert into codes.code (id, user_id, code, lookup_key, type, uses_count, created_at)
    select ${sharersId(plan, 'code', 'sharer')}, 'sharer-' || sharer, 'G' || lpad(sharer::text, 9, '0'), 'G' || lpad(sharer::text, 9, '0'), 'auto',
      ${usesOf(plan)}, ${beginning(plan)}
    from generate_series(1, ${sharersOf(plan)}) sharer`] },
  { table: 'relationships.code_use', statements: [`insert into relationships.code_use (code_id, uses)
    select ${sharersId(plan, 'code', 'sharer')}, ${usesOf(plan)} from generate_series(1, ${sharersOf(plan)}) sharer`] },
];

/** Ten, but for the last ones where the numbers do not come out even. */
const usesOf = (plan: Plan): string => `${Math.floor(plan.referrals / sharersOf(plan))} + (sharer <= ${plan.referrals % sharersOf(plan)})::int`;
