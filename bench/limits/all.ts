import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { SqlLoad } from '../harness/load.js';
import { freshUser, type Referrer } from '../harness/registrations.js';

/**
 * L_all: one SQL call that does everything from a registration to its paid bonuses, on the product's own tables: what L_sync does, the score, both bonuses,
 * their transfers and balances, the use count that the code shows, and the events that hosts may rely on. One call has no hops, so there are no inboxes, no
 * bonus is booked as pending first, and no statistics are kept: it is what one transaction could do at best.
 */
const EVENT = (schema: string, id: string, type: string, aggregate: string, data: string): string => `
    insert into ${schema}.outbox (id, type, aggregate_id, body) values (${id}, '${type}', ${aggregate}::text, json_build_object('id', ${id}, 'type', '${type}',
      'occurredAt', at, 'version', 1, 'aggregateId', ${aggregate}, 'sequence', 1, 'data', ${data}));
    insert into ${schema}.outbox_unsent (id) values (${id});`;

const REFERRAL = `'referralId', made, 'referrerId', p_referrer, 'refereeId', p_referee, 'codeId', p_code, 'sourceAppId', 'chat', 'registeredAt', at`;
const PAID = (bonus: string, user: string, party: string, amount: number): string => `json_build_object('bonusId', ${bonus}, 'referralId', made, 'userId', ${user},
      'party', '${party}', 'event', 'registered', 'appId', null, 'unit', 'credits', 'paymentId', null, 'amount', ${amount})`;

const REGISTER_ALL = `
  create or replace function bench.register_all(ids uuid[], p_code uuid, p_referrer text, p_referee text) returns uuid language plpgsql as $$
  declare made uuid; at timestamptz := common.now(); version int := common.programme_version(); programme_account uuid; theirs uuid; ours uuid;
  begin
    made := bench.register_one(ids[1], ids[2], p_code, p_referrer, p_referee);
    if made is null then return null; end if;
    insert into fraud.assessment (referral_id, referrer_id, referee_id, code_id, source_app_id, registered_at, registration_seen, sequence, score, signals,
      programme_version, assessed_at) values (made, p_referrer, p_referee, p_code, 'chat', at, true, 1, 0, '[]', version, at);
    ${EVENT('fraud', 'ids[3]', 'referral.assessed', 'made', `json_build_object(${REFERRAL}, 'score', 0, 'signals', '[]'::json, 'paymentId', null, 'stage', 'registered')`)}
    insert into rewards.referral (id, referrer_id, referee_id, registered_at, assessments) values (made, p_referrer, p_referee, at,
      json_build_array(json_build_object('sequence', 1, 'score', 0, 'paymentId', null, 'paidAt', null, 'assessedAt', at)));
    perform rewards.open_accounts(array[p_referrer, p_referee], 'credits');
    select id into programme_account from rewards.account where user_id is null and unit = 'credits' and kind = 'programme';
    select id into ours from rewards.account where user_id = p_referrer and unit = 'credits' and kind = 'available';
    select id into theirs from rewards.account where user_id = p_referee and unit = 'credits' and kind = 'available';
    insert into rewards.bonus (id, referral_id, user_id, party, family, event, trigger, unit, base, multiplier, amount, tier, qualified_count, programme_version,
      triggered_at, status, decision, score, claim_at, sequence, ledger_entry_ids, created_at, was_paid) values
      (ids[4], made, p_referrer, 'referrer', 'stage', 'registered', 'registered', 'credits', 5, 10000, 5, 'bronze', 0, version, at, 'paid', 'pay', 0, at, 1,
        array[ids[6]], at, true),
      (ids[5], made, p_referee, 'referee', 'stage', 'registered', 'registered', 'credits', 25, 10000, 25, null, null, version, at, 'paid', 'pay', 0, null, 1,
        array[ids[7]], at, true);
    ${EVENT('rewards', 'ids[8]', 'bonus.paid', 'ids[4]', PAID('ids[4]', 'p_referrer', 'referrer', 5))}
    ${EVENT('rewards', 'ids[9]', 'bonus.paid', 'ids[5]', PAID('ids[5]', 'p_referee', 'referee', 25))}
    -- the rows that others wait for last
    insert into rewards.transfer (id, debit_account, credit_account, unit, amount, reason, bonus_id, created_at) values
      (ids[6], programme_account, ours, 'credits', 5, 'bonus', ids[4], at), (ids[7], programme_account, theirs, 'credits', 25, 'bonus', ids[5], at);
    insert into rewards.referrer (user_id, claims) values (p_referrer, array[at])
      on conflict (user_id) do update set claims = (rewards.referrer.claims || excluded.claims)[greatest(1, cardinality(rewards.referrer.claims) - 98):];
    update codes.code set uses_count = uses_count + 1 where id = p_code;
    return made;
  end $$`;

/** After `prepareSync`. */
export const prepareAll = (owner: pg.Pool): Promise<unknown> => owner.query(REGISTER_ALL);

/** @param referrers in turn */
export function allCalls(referrers: readonly Referrer[]): Pick<SqlLoad, 'text' | 'values'> {
  let turn = 0;
  return {
    text: 'select bench.register_all($1, $2, $3, $4)',
    values: () => {
      const { codeId, userId } = referrers[(turn += 1) % referrers.length]!;
      return [Array.from({ length: 9 }, () => uuidv7()), codeId, userId, freshUser()];
    },
  };
}
