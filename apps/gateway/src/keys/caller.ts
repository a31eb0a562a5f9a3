import type { Scope } from '@referrals/contracts';

/** Who calls: the holder of a key, or a user of the host. `actor` names a key in audit logs and binds idempotency keys to it. */
export interface Caller {
  actor: string;
  scope: 'admin' | 'service' | 'publishable' | 'user' | 'open';
  /** of a user alone */
  userId?: string;
  /** of a publishable key: the pages that may use it */
  origins?: string[];
}

export const ANYBODY: Caller = { actor: 'anybody', scope: 'open' };

const RANK = { open: 0, publishable: 1, service: 2, admin: 3 } as const;

/** Each key may do what the lesser ones may; users' own views take no key at all, and a user's token opens nothing else. */
export function mayCall({ scope }: Caller, needed: Scope): boolean {
  if (scope === 'user' || needed === 'user') return scope === needed;
  return RANK[scope] >= RANK[needed];
}
