import type { PaymentKind, PaymentStatus, Subscription, SubscriptionStatus, AccessGrant } from '@referrals/domain';
import type { Database, Transaction } from '@referrals/persistence';
import type { ReferrerState } from './booking.queries.js';
import type { ReferralBooks } from './bonus-row.js';
import type { Account } from './ledger.js';

interface PayingPayment {
  id: string;
  kind: PaymentKind;
  status: PaymentStatus;
  occurredAt: string;
  isRevoked: boolean;
  amount: number;
  returned: number;
  atStake: number;
}

/** A referral that may have come to its first paid transition: nothing was granted for it yet, or what was has been revoked. */
export interface PayingReferral extends ReferralBooks {
  payments: PayingPayment[] | null;
  /** When the referee's paid plans were reported active. */
  activeSince: string[] | null;
  /** Payments whose days were revoked. */
  revoked: string[] | null;
}

export interface AccessFacts {
  referrals: PayingReferral[];
  referrers: ReferrerState[];
  accounts: Account[];
}

/** Locks what concerns these referees, and reads what their first paid transition is decided by; null when there is nothing to decide. */
export async function beginAccess(tx: Transaction, referees: readonly string[]): Promise<AccessFacts | null> {
  const [row] = await tx.rows<{ facts: AccessFacts | null }>('select begin_access($1, $2) as facts', [referees, tx.programme.freePlans]);
  return row!.facts;
}

interface StatusRow {
  now: Date;
  grants: { id: string; from: string; until: string }[] | null;
  plan: string | null;
  status: SubscriptionStatus | null;
  startedAt: Date | null;
  expiresAt: Date | null;
}

const STATUS = `select common.now() as now, s.plan, s.status, s.started_at as "startedAt", s.expires_at as "expiresAt",
    (select json_agg(json_build_object('id', g.id, 'from', g.valid_from, 'until', g.valid_until)) from access_grant g
     where g.user_id = $1 and g.valid_until > common.now()) as grants
  from (values ($1::text)) u (id) left join current_subscription s on s.user_id = u.id`;

export interface StoredAccess {
  now: Date;
  grants: AccessGrant[];
  subscription: Subscription | null;
}

/** What opens a user's access, now. */
export async function loadAccess(db: Pick<Database | Transaction, 'rows'>, userId: string): Promise<StoredAccess> {
  const [row] = await db.rows<StatusRow>(STATUS, [userId]);
  const { now, grants, plan, status, startedAt, expiresAt } = row!;
  return {
    now,
    grants: (grants ?? []).map(({ id, from, until }) => ({ id, from: new Date(from), until: new Date(until) })),
    subscription: status === null ? null : { plan, status, startedAt: startedAt!, expiresAt },
  };
}
