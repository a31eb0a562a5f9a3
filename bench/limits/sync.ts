import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { SqlLoad } from '../harness/load.js';
import { freshUser, type Referrer } from '../harness/registrations.js';

/**
 * L_sync: one SQL call that does what is durable when a registration is answered (referral, use count, limits, idempotency, outbox), on the product's own
 * tables, with its own triggers and indexes. What the product does around it (HTTP, validation, two hops, batching) is not in here: it is the limit that
 * a database call per registration sets.
 */
const REGISTER_ONE = `
  create schema if not exists bench;
  create or replace function bench.register_one(made uuid, event uuid, p_code uuid, p_referrer text, p_referee text) returns uuid language plpgsql as $$
  declare recent int; at timestamptz := common.now();
  begin
    select count(*) into recent from relationships.referral
      where referrer_id = p_referrer and arrived_at > at - interval '24 hours' and code_type <> 'campaign';
    if recent >= 20 then return null; end if;
    insert into relationships.referral (id, referrer_id, referee_id, code_id, code_type, source_app_id, registered_at, arrived_at)
      values (made, p_referrer, p_referee, p_code, 'auto', 'chat', at, at) on conflict (referee_id) do nothing;
    if not found then return null; end if;
    insert into relationships.outbox (id, type, aggregate_id, body) values (event, 'referral.registered', made::text,
      json_build_object('id', event, 'type', 'referral.registered', 'occurredAt', at, 'version', 1, 'aggregateId', made, 'sequence', 1, 'data',
        json_build_object('referralId', made, 'referrerId', p_referrer, 'refereeId', p_referee, 'codeId', p_code, 'sourceAppId', 'chat', 'registeredAt', at,
          'codeType', 'auto', 'arrivedAt', at, 'referrerRegistrationsLastHour', recent + 1, 'context', null)));
    insert into relationships.outbox_unsent (id) values (event);
    insert into relationships.idempotency (key, body_hash, answer) values (p_referee, 'bench',
      json_build_object('outcome', 'registered', 'referral', json_build_object('id', made, 'referrerId', p_referrer, 'refereeId', p_referee, 'registeredAt', at)));
    -- the most contended row last, so that its lock is held shortest
    insert into relationships.code_use (code_id, uses) values (p_code, 1) on conflict (code_id) do update set uses = relationships.code_use.uses + 1;
    return made;
  end $$`;

export const prepareSync = (owner: pg.Pool): Promise<unknown> => owner.query(REGISTER_ONE);

/** @param referrers in turn */
export function syncCalls(referrers: readonly Referrer[]): Pick<SqlLoad, 'text' | 'values'> {
  let turn = 0;
  return {
    text: 'select bench.register_one($1, $2, $3, $4, $5)',
    values: () => {
      const { codeId, userId } = referrers[(turn += 1) % referrers.length]!;
      return [uuidv7(), uuidv7(), codeId, userId, freshUser()];
    },
  };
}
