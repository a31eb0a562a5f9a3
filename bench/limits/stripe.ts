import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { SqlLoad } from '../harness/load.js';
import { freshUser } from '../harness/registrations.js';

/**
 * What is durable when the first delivery of a paid invoice is answered, for a customer who was not referred: the event's id, the customer, every id of the
 * payment, the payment, and the event for the other rooms. One SQL call.
 */
const APPLY_INVOICE = `
  create schema if not exists bench;
  create or replace function bench.apply_invoice(event uuid, p_event text, p_customer text, p_user text, p_references text[], p_amount bigint) returns uuid
  language plpgsql as $$
  declare at timestamptz := common.now(); payment text := p_references[1];
  begin
    insert into rewards.stripe_event (id, type, status, received_at) values (p_event, 'invoice.paid', 'applied', at) on conflict do nothing;
    if not found then return null; end if;
    insert into rewards.stripe_customer (customer_id, user_id) values (p_customer, p_user) on conflict do nothing;
    insert into rewards.stripe_payment (reference, payment_id) select r, payment from unnest(p_references) r on conflict do nothing;
    insert into rewards.payment (id, user_id, kind, amount, currency, status, period_days, occurred_at, created_at)
      values (payment, p_user, 'purchase', p_amount, 'EUR', 'settled', 30, at, at) on conflict do nothing;
    if not found then return null; end if;
    insert into rewards.outbox (id, type, aggregate_id, body) values (event, 'payment.settled', payment,
      json_build_object('id', event, 'type', 'payment.settled', 'occurredAt', at, 'version', 1, 'aggregateId', payment, 'sequence', 1, 'data',
        json_build_object('paymentId', payment, 'userId', p_user, 'kind', 'purchase', 'amount', p_amount, 'currency', 'EUR', 'periodDays', 30, 'occurredAt', at)));
    insert into rewards.outbox_unsent (id) values (event);
    return event;
  end $$`;

export const prepareStripe = (owner: pg.Pool): Promise<unknown> => owner.query(APPLY_INVOICE);

export const stripeCalls = (): Pick<SqlLoad, 'text' | 'values'> => ({
  text: 'select bench.apply_invoice($1, $2, $3, $4, $5, 999)',
  values: () => {
    const user = freshUser();
    return [uuidv7(), `evt_${user}`, `cus_${user}`, user, [`in_${user}`, `pi_${user}`, `ch_${user}`]];
  },
});
