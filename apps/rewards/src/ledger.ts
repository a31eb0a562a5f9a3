import { balancesAfter, NO_BALANCES, type AccountKind, type Balances, type Transfer } from '@referrals/domain';
import { newId } from '@referrals/persistence';
import type { BonusRow } from './bonus-row.js';

export interface Account {
  id: string;
  /** Null: the programme's own. */
  userId: string | null;
  unit: string;
  kind: AccountKind;
  /** Of a user's account, read under its lock; negative on `debt`. */
  balance: number | null;
}

/** A row of `transfer`, named as its columns. */
export interface TransferRow {
  id: string;
  debit_account: string;
  credit_account: string;
  unit: string;
  amount: number;
  reason: string;
  bonus_id: string | null;
  reference: string | null;
  created_at: string;
}

/** Finds the accounts that a decision's transfers mean, and writes them down. */
export class Journal {
  readonly rows: TransferRow[] = [];
  private readonly accounts: Map<string, string>;
  private readonly balances = new Map<string, Balances>();

  constructor(
    accounts: readonly Account[],
    private readonly now: Date,
  ) {
    this.accounts = new Map(accounts.map((account) => [nameOf(account.userId, account.unit, account.kind), account.id]));
    for (const { userId, unit, kind, balance } of accounts) {
      if (userId === null || kind === 'programme' || kind === 'spent') continue;
      this.balances.set(keyOf(userId, unit), { ...this.balancesOf(userId, unit), [kind]: Math.abs(balance ?? 0) });
    }
  }

  /** As they are after all that was booked here so far. */
  balancesOf = (userId: string, unit: string): Balances => this.balances.get(keyOf(userId, unit)) ?? NO_BALANCES;

  /** Books what a bonus moves; the rows' ids are added to the bonus. */
  book(bonus: BonusRow, transfers: readonly Transfer[]): void {
    bonus.ledger_entry_ids.push(...this.post(bonus.user_id, transfers, { bonusId: bonus.id }));
  }

  /** Books what moves between a user's accounts and the programme's. @returns the rows' ids */
  post(userId: string, transfers: readonly Transfer[], of: { bonusId?: string; reference?: string }): string[] {
    return transfers.map((transfer) => {
      const { from, to, unit, amount, reason } = transfer;
      const id = newId();
      this.rows.push({
        id, unit, amount, reason,
        debit_account: this.accountOf(userId, unit, from),
        credit_account: this.accountOf(userId, unit, to),
        bonus_id: of.bonusId ?? null, reference: of.reference ?? null, created_at: this.now.toISOString(),
      });
      this.balances.set(keyOf(userId, unit), balancesAfter(this.balancesOf(userId, unit), [transfer]));
      return id;
    });
  }

  private accountOf(userId: string, unit: string, kind: AccountKind): string {
    const id = this.accounts.get(nameOf(kind === 'programme' || kind === 'spent' ? null : userId, unit, kind));
    if (!id) throw new Error(`no ${kind} account in ${unit}`);
    return id;
  }
}

const keyOf = (userId: string, unit: string): string => JSON.stringify([userId, unit]);
const nameOf = (userId: string | null, unit: string, kind: AccountKind): string => JSON.stringify([userId, unit, kind]);
