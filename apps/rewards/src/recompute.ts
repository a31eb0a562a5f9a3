import { Programme } from '@referrals/config';
import { applyBasisPoints, cashbackDue, cashbackLevel, cashbackOf, ONE, STAGE_EVENTS, tierOf, type StageEvent } from '@referrals/domain';
import { FIRST_ID, type Database } from '@referrals/persistence';
import type { BonusRow } from './bonus-row.js';
import { applyReturns } from './payment-returns.js';
import type { PaymentRow, RefundRow, ReportRow } from './payment-row.js';
import { recomputeSlots } from './recompute-slots.js';

/** A bonus, a payment or a batch reward of which something stored is not what its inputs give. */
export interface Difference {
  id: string;
  field: string;
  stored: unknown;
  computed: unknown;
}

interface Stored {
  bonus: BonusRow;
  payment: PaymentRow | null;
  refunds: RefundRow[] | null;
  reports: ReportRow[] | null;
  /** By the ledger's entries of the bonus: what is held, what was given, and what was taken back. */
  ledger: { held: number; given: number };
  /** Of access days that were paid: those that the list of grants has for them. */
  granted: number | null;
}

const PAGE = 2_000;
const HISTORY = `
  select to_json(b) as bonus, (select to_json(p) from payment p where p.id = b.payment_id) as payment,
    (select json_agg(f) from refund f where f.payment_id = b.payment_id) as refunds,
    (select json_agg(d) from dispute_report d where d.payment_id = b.payment_id) as reports,
    (select json_build_object(
       'held', coalesce(sum(case when c.kind = 'held' then t.amount when d.kind = 'held' then -t.amount else 0 end), 0),
       'given', coalesce(sum(case when d.kind = 'programme' then t.amount when c.kind = 'programme' then -t.amount else 0 end), 0))
     from transfer t join account d on d.id = t.debit_account join account c on c.id = t.credit_account where t.id = any(b.ledger_entry_ids)) as ledger,
    case when b.family = 'access' then (select g.days from access_grant g where g.bonus_id = b.id) end as granted
  from bonus b where b.id > coalesce($1::uuid, '${FIRST_ID}') order by b.id limit ${PAGE}`;

/** Computes every bonus and batch reward in history again from its stored inputs and the programme of its version. @returns how many there are */
export async function recompute(db: Database, found: (difference: Difference) => void): Promise<number> {
  const versions = await db.rows<{ version: number; body: unknown }>('select version, body from common.programme');
  const programmes = new Map(versions.map(({ version, body }) => [version, Programme.parse(body)]));
  const current = await db.programme();
  let count = 0;
  for (let after: string | null = null; ;) {
    const rows: Stored[] = await db.rows<Stored>(HISTORY, [after]);
    for (const row of rows) {
      const expected = { ...computed(row, programmes.get(row.bonus.programme_version)!), ...positions(row), ...returns(row, current.stages.revocationDays) };
      for (const [field, [stored, value]] of Object.entries(expected)) {
        if (stored !== value) found({ id: row.bonus.id, field, stored, computed: value });
      }
    }
    count += rows.length;
    if (rows.length < PAGE) return count + (await recomputeSlots(db, found));
    after = rows.at(-1)!.bonus.id;
  }
}

type Fields = Record<string, [stored: unknown, computed: unknown]>;

/** What the programme of its version makes of the bonus's inputs. */
function computed({ bonus, payment }: Stored, programme: Programme): Fields {
  const { event, party, base, multiplier, amount, tier, level } = bonus;
  if (bonus.family === 'cashback') {
    const at = cashbackLevel(bonus.paid_count ?? 0, programme.cashback.levels);
    return {
      base: [base, payment?.amount], multiplier: [multiplier, at.rate], level: [level, at.level], amount: [amount, cashbackOf(base, multiplier)],
    };
  }
  if (bonus.family === 'access') return { base: [base, programme.access.days], amount: [amount, applyBasisPoints(base, multiplier)] };
  if (bonus.family !== 'stage' || !(STAGE_EVENTS as readonly string[]).includes(event)) return { amount: [amount, applyBasisPoints(base, multiplier)] };
  const stands = party === 'referrer' ? tierOf(bonus.qualified_count ?? 0, programme.tiers) : { tier: null, multiplier: ONE };
  return {
    base: [base, programme.bonuses[event as StageEvent][party]], multiplier: [multiplier, stands.multiplier], tier: [tier, stands.tier],
    amount: [amount, applyBasisPoints(base, multiplier)],
  };
}

/** What the ledger says of where the amount lies. */
function positions({ bonus, payment, ledger, granted }: Stored): Fields {
  const stays = bonus.status === 'rejected' ? 0 : bonus.amount - bonus.taken_back;
  // an erased person's hold was taken back whatever became of the payment
  const isGone = bonus.status === 'clawed_back' || bonus.status === 'rejected' || bonus.user_id.startsWith('erased:');
  const due = bonus.family === 'cashback' && payment && !isGone
    ? cashbackDue({ amount: payment.amount, returned: payment.returned, atStake: payment.at_stake }, bonus.multiplier).due : stays;
  if (bonus.family === 'access') return { granted: [granted, bonus.was_paid ? bonus.amount : null] };
  return { held: [bonus.held, ledger.held], given: [stays, ledger.given], due: [stays, due] };
}

/** What went back of its payment, from the refunds and disputes. */
function returns({ payment, refunds, reports }: Stored, revocationDays: number): Fields {
  if (!payment) return {};
  const again: PaymentRow = { ...payment };
  if (refunds || reports) applyReturns(again, refunds ?? [], reports ?? [], revocationDays);
  return {
    returned: [payment.returned, again.returned], disputed: [payment.at_stake, again.at_stake], revoked: [payment.is_revoked, again.is_revoked],
  };
}
