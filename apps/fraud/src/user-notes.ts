import type { fraud, Input, Reply, UserNote } from '@referrals/contracts';
import { decodeCursor, listing, page, type Database, type Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';

interface NoteRow {
  id: string;
  actor: string;
  body: string;
  createdAt: Date;
}

const COLUMNS = 'id, actor, body, created_at as "createdAt"';
const INSERT = `insert into user_note (id, user_id, actor, body) values ($1, $2, $3, $4) returning ${COLUMNS}`;

const noteOf = ({ createdAt, ...row }: NoteRow): UserNote => ({ ...row, createdAt: createdAt.toISOString() });

export async function noteUser(tx: Transaction, { userId, body }: Input<typeof fraud.noteUser>, actor: string): Promise<UserNote> {
  const [row] = await tx.rows<NoteRow>(INSERT, [uuidv7(), userId, actor, body]);
  return noteOf(row!);
}

export async function listUserNotes(db: Database, { userId, limit, cursor }: Input<typeof fraud.listUserNotes>): Promise<Reply<typeof fraud.listUserNotes>> {
  const [before] = decodeCursor(cursor, ['id']) ?? [];
  const rows = await db.rows<NoteRow>(...listing(`select ${COLUMNS} from user_note`, [['user_id = ?', userId], before !== undefined && ['id < ?', before]], 'id desc', limit + 1));
  const { data, nextCursor } = page(rows, limit, ({ id }) => [id]);
  return { data: data.map(noteOf), nextCursor };
}
