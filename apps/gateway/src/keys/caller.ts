import type { Scope } from '@referrals/contracts';

/** Who calls: the holder of a key. `actor` names the key in audit logs and binds idempotency keys to it. */
export interface Caller {
  actor: string;
  scope: 'admin' | 'service' | 'publishable' | 'open';
}

export const ANYBODY: Caller = { actor: 'anybody', scope: 'open' };

const RANK = { open: 0, publishable: 1, service: 2, admin: 3 } as const;

/** Each scope may do what the lesser ones may; users' own views take no key at all. */
export const mayCall = (caller: Caller, needed: Scope): boolean => needed !== 'user' && RANK[caller.scope] >= RANK[needed];
