import type { DisputeFact, RefundFact, TranslatedEvent } from './facts.js';
import { amountIn, idAt, instantAt, integerAt, listAt, objectAt, textAt, type Payload } from './payload.js';
import type { Told } from './translate.js';

const present = (...ids: (string | null)[]): string[] => [...new Set(ids.filter((id) => id !== null))];
const currencyOf = (object: Payload): string => (textAt(object, 'currency') ?? '').toUpperCase();
const nobody = { customer: null, userId: null };

/** Which payment intent or charge paid an invoice: since `basil` the invoice itself no longer says. */
export function translateInvoicePayment({ object }: Told): TranslatedEvent {
  const payment = objectAt(object, 'payment');
  const references = present(idAt(object, 'invoice'), idAt(payment, 'payment_intent'), idAt(payment, 'charge'));
  return { ...nobody, facts: references.length > 1 ? [{ kind: 'references', references }] : [] };
}

/** The sum so far is always there; the refunds one by one only in older versions. */
export function translateRefundedCharge({ object, at }: Told): TranslatedEvent {
  const id = textAt(object, 'id');
  const references = present(idAt(object, 'invoice'), idAt(object, 'payment_intent'), id);
  const sum = amountIn(currencyOf(object), integerAt(object, 'amount_refunded'));
  const single = listAt(object, 'refunds').map((refund) => refundFact({ object: refund, at: instantAt(refund, 'created') ?? at }, references));
  const facts: RefundFact[] = single.filter((fact) => fact !== null);
  if (id !== null && sum !== null && sum > 0) {
    facts.push({ kind: 'refund', id: `${id}:${sum}`, references, amount: sum, occurredAt: at.toISOString(), isCumulative: true });
  }
  return { ...nobody, facts };
}

export function translateRefund({ object, at }: Told): TranslatedEvent {
  const fact = refundFact({ object, at: instantAt(object, 'created') ?? at }, present(idAt(object, 'payment_intent'), idAt(object, 'charge')));
  return { ...nobody, facts: fact && fact.references.length > 0 ? [fact] : [] };
}

/** Only a refund that went through is one; old versions have no status. */
function refundFact({ object, at }: Told, references: string[]): RefundFact | null {
  const id = textAt(object, 'id');
  const amount = amountIn(currencyOf(object), integerAt(object, 'amount'));
  const status = textAt(object, 'status');
  if (id === null || amount === null || amount === 0 || (status !== null && status !== 'succeeded')) return null;
  return { kind: 'refund', id, references, amount, occurredAt: at.toISOString(), isCumulative: false };
}

/** An inquiry (`warning_…`) holds no money back. */
export function translateDispute({ object, at }: Told, isOpening: boolean): TranslatedEvent {
  const id = textAt(object, 'id');
  const told = textAt(object, 'status') ?? '';
  const closed = told === 'won' || told === 'lost' ? told : null;
  const status: DisputeFact['status'] | null = isOpening ? (told.startsWith('warning') ? null : 'opened') : closed;
  const references = present(idAt(object, 'payment_intent'), idAt(object, 'charge'));
  if (id === null || status === null || references.length === 0) return { ...nobody, facts: [] };
  const amount = amountIn(currencyOf(object), integerAt(object, 'amount'));
  return { ...nobody, facts: [{ kind: 'dispute', id, references, status, amount, occurredAt: at.toISOString() }] };
}
