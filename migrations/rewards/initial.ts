import { Migration } from '@mikro-orm/migrations';
import { plumbing } from '../plumbing.js';
import { BONUSES } from './bonuses.js';
import { LEDGER } from './ledger.js';
import { LOADS } from './loads.js';

export class RewardsInitial extends Migration {
  override up(): void {
    for (const sql of [...plumbing('rewards'), ...LEDGER, ...BONUSES, ...LOADS]) this.addSql(sql);
  }
}
