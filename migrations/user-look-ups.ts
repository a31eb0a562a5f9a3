import type { Constructor } from '@mikro-orm/postgresql';
import { Migration } from '@mikro-orm/migrations';

/**
 * An index for each column that names a user and that nothing but exports and erasures looks up: without it they would read whole tables.
 * @param columns as `table.column`, beside those of the audit log
 */
export function userLookUpsOf(room: string, columns: string[] = []): Constructor<Migration> {
  const name = `${room.charAt(0).toUpperCase()}${room.slice(1)}UserLookUps`;
  const named = {
    [name]: class extends Migration {
      override up(): void {
        for (const [table, column] of ['audit.subject', ...columns].map((named) => named.split('.'))) this.addSql(`create index ${table}_${column}_index on ${room}.${table} (${column})`);
      }
    },
  };
  return named[name]!;
}
