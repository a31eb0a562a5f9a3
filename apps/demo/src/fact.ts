import type { access, Contract, relationships, rewards } from '@referrals/contracts';
import type { z } from 'zod';

type Told<Kind extends string, C extends Contract> = { kind: Kind; at: number; input: z.input<C['request']> };

/** Something that a host tells, at its time in ms. A sign-up names whose code it came with; the code itself is looked up when it is told. */
export type Fact =
  | Told<'user', typeof relationships.updateUser>
  | Told<'activity', typeof relationships.recordActivity>
  | Told<'payment', typeof rewards.applyPayment>
  | Told<'refund', typeof rewards.applyRefund>
  | Told<'dispute', typeof rewards.applyDispute>
  | Told<'subscription', typeof access.setSubscription>
  | { kind: 'sign-up'; at: number; refereeId: string; referrerId: string; campaign: string | null; appId: string; ip: string; deviceId: string; email: string };

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const iso = (at: number): string => new Date(at).toISOString();
