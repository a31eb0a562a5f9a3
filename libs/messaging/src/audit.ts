import type { AuditEntry } from '@referrals/contracts';
import { listing, type Database, type Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';

/** What an operator does: `actor` is the key that was used, `subject` what it was done to. */
export interface Action {
  actor: string | undefined;
  action: string;
  subject: string;
  before?: object | null;
  after?: object | null;
}

type AuditRow = Omit<AuditEntry, 'createdAt' | 'room'> & { createdAt: Date };

const INSERT = 'insert into audit (id, actor, action, subject, before, after, created_at) values ($1, $2, $3, $4, $5, $6, common.now())';
const SELECT = `select id, actor, action, subject, before, after, created_at as "createdAt" from audit`;

/** Writes an entry in the transaction of what it tells of: where the one fails, the other does not happen. */
export async function addAudit(tx: Transaction, { actor, action, subject, before, after }: Action): Promise<void> {
  const text = (value: object | null | undefined): string | null => (value ? JSON.stringify(value) : null);
  await tx.rows(INSERT, [uuidv7(), actor ?? 'a host on NATS', action, subject, text(before), text(after)]);
}

/** A room's part of the audit log, newest first. @param before the id that the page before ended with */
export async function readAudit(db: Database, room: string, limit: number, before?: string): Promise<AuditEntry[]> {
  const rows = await db.rows<AuditRow>(...listing(SELECT, [before !== undefined && ['id < ?', before]], 'id desc', limit));
  return rows.map((row) => ({ ...row, room, createdAt: row.createdAt.toISOString() }));
}
