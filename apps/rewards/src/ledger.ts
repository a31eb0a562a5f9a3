import { v7 as uuidv7 } from 'uuid';
import type { AccountKind, Transfer } from '@referrals/domain';
import type { BonusRow } from './bonus-row.js';

export interface Account {
  id: string;
  /** Null: the programme's own. */
  userId: string | null;
  unit: string;
  kind: AccountKind;
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

  constructor(
    accounts: readonly Account[],
    private readonly now: Date,
  ) {
    this.accounts = new Map(accounts.map((account) => [nameOf(account.userId, account.unit, account.kind), account.id]));
  }

  /** Books what a bonus moves; the rows' ids are added to the bonus. */
  book(bonus: BonusRow, transfers: readonly Transfer[]): void {
    for (const { from, to, unit, amount, reason } of transfers) {
      const id = uuidv7();
      this.rows.push({
        id, unit, amount, reason,
        debit_account: this.accountOf(bonus.user_id, unit, from),
        credit_account: this.accountOf(bonus.user_id, unit, to),
        bonus_id: bonus.id, reference: null, created_at: this.now.toISOString(),
      });
      bonus.ledger_entry_ids.push(id);
    }
  }

  private accountOf(userId: string, unit: string, kind: AccountKind): string {
    const id = this.accounts.get(nameOf(kind === 'programme' || kind === 'spent' ? null : userId, unit, kind));
    if (!id) throw new Error(`no ${kind} account in ${unit}`);
    return id;
  }
}

const nameOf = (userId: string | null, unit: string, kind: AccountKind): string => JSON.stringify([userId, unit, kind]);
