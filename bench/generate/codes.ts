import { beginning, codeIdOf, sharersOf, type Plan } from './source.js';

/** Sharers `$1` to `$2`, each with the code that all their referrals came by. */
export const fillCodes = (plan: Plan): string => `insert into codes.code (id, user_id, code, lookup_key, type, uses_count, created_at)
  select ${codeIdOf(plan, 'sharer')}, 'sharer-' || sharer, 'G' || lpad(sharer::text, 9, '0'), 'G' || lpad(sharer::text, 9, '0'), 'auto',
    ${usesOf(plan)}, ${beginning(plan)}
  from generate_series($1::bigint, $2::bigint) sharer`;

export const fillCodeUses = (plan: Plan): string => `insert into relationships.code_use (code_id, uses)
  select ${codeIdOf(plan, 'sharer')}, ${usesOf(plan)} from generate_series($1::bigint, $2::bigint) sharer`;

/** Ten, but for the last ones where the numbers do not come out even. */
const usesOf = (plan: Plan): string => `${Math.floor(plan.referrals / sharersOf(plan))} + (sharer <= ${plan.referrals % sharersOf(plan)})::int`;
