import type { DisputeStatus, PaymentKind, SubscriptionStatus } from '@referrals/domain';

/** What a Stripe event says in our words. Times are ISO 8601, amounts minor units of ISO 4217; no personal data but the host's user id. */
export interface TranslatedEvent {
  customer: string | null;
  /** The user that the payload itself names: `client_reference_id`, else metadata `userId`. */
  userId: string | null;
  facts: StripeFact[];
}

export type StripeFact = SubscriptionFact | PaymentFact | SamePayment | RefundFact | DisputeFact;

export interface SubscriptionFact {
  kind: 'subscription';
  id: string;
  plan: string | null;
  status: SubscriptionStatus;
  startedAt: string;
  expiresAt: string | null;
  occurredAt: string;
}

/** `references`: ids of invoice, payment intent and charge, under any of which the same money may be told again. */
export interface PaymentFact {
  kind: 'payment';
  id: string;
  references: string[];
  paymentKind: PaymentKind;
  amount: number;
  currency: string;
  periodDays: number | null;
  occurredAt: string;
}

/** These ids stand for one payment. */
export interface SamePayment {
  kind: 'references';
  references: string[];
}

export interface RefundFact {
  kind: 'refund';
  id: string;
  references: string[];
  amount: number;
  occurredAt: string;
  /** `amount` is all that went back so far, not one refund. */
  isCumulative: boolean;
}

export interface DisputeFact {
  kind: 'dispute';
  id: string;
  references: string[];
  status: DisputeStatus;
  amount: number | null;
  occurredAt: string;
}
