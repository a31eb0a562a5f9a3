import type { Transaction } from '@referrals/persistence';

/** Whose days are to be taken back, and how far: `cut` what is left, nothing granted again; `revoke`: to be granted anew; `reject`: for good. */
export interface TakenBackAccess {
  referralId: string;
  /** Null: whatever the days came with. */
  paymentId: string | null;
  how: 'cut' | 'revoke' | 'reject';
}

/** Takes back days of access of both parties. The room grants none yet, so there is nothing to take back. */
export async function takeBackAccess(_tx: Transaction, _list: readonly TakenBackAccess[]): Promise<void> {}
