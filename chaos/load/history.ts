import type { RegistrationReply } from '@referrals/contracts';
import type { z } from 'zod';

export type Body = Record<string, unknown>;
export type Verb = 'register' | 'activity' | 'payment' | 'refund' | 'dispute' | 'redeem';
export type Door = 'http' | 'nats' | 'stripe';

/** What a host has to say: a verb and what belongs to it, in the words of the contract. */
export interface Fact {
  verb: Verb;
  body: Body;
}

/** One request as a host sends it, again and again until it is answered. */
export interface Sent extends Fact {
  door: Door;
  /** the signed event that says it, at Stripe's door */
  event: object | null;
  /** its idempotency key, at the HTTP door */
  key: string | null;
  /** the request that this one repeats word for word */
  repeats: Sent | null;
  /** tries so far; an unanswered one may have had its effect all the same */
  tries: number;
  /** the answer, once there is one that is no fault of ours */
  status: number | null;
  code: string | null;
  answer: Body | null;
}

/** As a host at the HTTP door begins it, without a key. */
export const sent = (verb: Verb, body: Body): Sent => ({ verb, body, door: 'http', event: null, key: null, repeats: null, tries: 0, status: null, code: null, answer: null });

export interface Answer {
  status: number;
  code: string | null;
  body: Body;
}

export type Registered = z.output<typeof RegistrationReply>;

/** A promise was made: nothing of this may be lost. A refusal is an answer, and promises nothing. */
export const isAcknowledged = ({ status }: Sent): boolean => status !== null && status < 300;

/** Words that say "ask again": nobody was told what became of the request. */
export const isOpen = ({ status, code }: Answer): boolean => status >= 500 || code === 'idempotency_in_progress' || code === 'invalid_signature' || code === 'unauthenticated';
