import type { ImportProgress, imports, Input, Reply } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { decodeCursor, page, type Database, type Transaction } from '@referrals/persistence';

export interface ImportRow extends Omit<ImportProgress, 'updatedAt'> {
  updated_at: string;
}

const COLUMNS = 'id, line, users, codes, referrals, unchanged, refused, updated_at';
const OPEN = `insert into import (id, line, updated_at) values ($1, 0, $2) on conflict do nothing`;
const LOCK = `select to_json(i) as row from import i where id = $1 for update`;
const SAVE = `with
  given as (select * from json_populate_record(null::import, $2::json)),
  refusals as (
    insert into import_refusal (import_id, line, reason)
    select given.id, t.line, t.reason from given, json_to_recordset($3::json) as t(line int, reason text) on conflict do nothing)
  update import i set (line, users, codes, referrals, unchanged, refused, updated_at)
    = (given.line, given.users, given.codes, given.referrals, given.unchanged, given.refused, given.updated_at)
  from given where i.id = given.id`;

/** One sender at a time: whoever comes second sees what the first has done. */
export async function openImport(tx: Transaction, id: string): Promise<ImportRow> {
  await tx.rows(OPEN, [id, tx.now]);
  const [found] = await tx.rows<{ row: ImportRow }>(LOCK, [id]);
  return found!.row;
}

export async function saveImport(tx: Transaction, row: ImportRow, refusals: readonly { line: number; reason: string }[]): Promise<void> {
  await tx.write(SAVE, [JSON.stringify(row), JSON.stringify(refusals)]);
}

export const progressOf = ({ id, line, users, codes, referrals, unchanged, refused, updated_at }: ImportRow): ImportProgress =>
  ({ id, line, users, codes, referrals, unchanged, refused, updatedAt: new Date(updated_at).toISOString() });

/** @throws Refusal `not_found` */
export async function readImport(db: Database, id: string): Promise<ImportProgress> {
  const [row] = await db.rows<ImportRow>(`select ${COLUMNS} from import where id = $1`, [id]);
  if (!row) throw new Refusal('not_found');
  return progressOf(row);
}

const REFUSALS = 'select line, reason from import_refusal where import_id = $1 and line > $2 order by line limit $3';

export async function listImportRefusals(db: Database, { importId, limit, cursor }: Input<typeof imports.listRefusals>): Promise<Reply<typeof imports.listRefusals>> {
  const [after] = decodeCursor(cursor, ['count']) ?? ['0'];
  return page(await db.rows<{ line: number; reason: string }>(REFUSALS, [importId, Number(after), limit + 1]), limit, (row) => [String(row.line)]);
}
