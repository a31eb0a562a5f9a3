import { Refusal } from '@referrals/domain';
import { decodeCursor, listing, page, type Database, type Page } from '@referrals/persistence';
import type { ReferralRow } from './referral-row.js';

export async function findReferral(db: Database, by: 'id' | 'referee_id', value: string): Promise<ReferralRow> {
  const where = { id: 'r.id = $1::uuid', referee_id: 'r.referee_id = $1' }[by];
  const [found] = await db.rows<{ row: ReferralRow }>(`select to_json(r) as row from referral r where ${where}`, [value]);
  if (!found) throw new Refusal('not_found');
  return found.row;
}

export interface ListRequest {
  userId: string;
  stage?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

export async function listReferrals(db: Database, { userId, stage, limit, cursor }: ListRequest): Promise<Page<ReferralRow>> {
  const before = decodeCursor(cursor, ['instant', 'id']);
  const rows = await db.rows<{ row: ReferralRow }>(...listing('select to_json(r) as row from referral r', [
    ['r.referrer_id = ?', userId], stage !== undefined && ['r.stage = ?', stage], before !== null && ['(r.arrived_at, r.id) < (?::timestamptz, ?::uuid)', ...before],
  ], 'r.arrived_at desc, r.id desc', limit + 1));
  return page(rows.map(({ row }) => row), limit, (row) => [row.arrived_at, row.id]);
}

export async function countUses(db: Database, codeIds: string[]): Promise<Record<string, number>> {
  const rows = await db.rows<{ codeId: string; uses: number }>('select code_id as "codeId", uses from code_use where code_id = any($1)', [codeIds]);
  return Object.fromEntries(codeIds.map((id) => [id, rows.find((row) => row.codeId === id)?.uses ?? 0]));
}
