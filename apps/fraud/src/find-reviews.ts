import { rewards, type Bonus, type fraud, type Input, type Reply, type ReviewDetails } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Room } from '@referrals/messaging';
import { decodeCursor, listing, page, type Database } from '@referrals/persistence';
import { REVIEW_COLUMNS, reviewOf, type ReviewRow } from './review-row.js';

/** The most urgent first: the names of priorities sort as they are to be worked off, critical, high, medium. */
export async function listReviews(db: Database, request: Input<typeof fraud.listReviews>): Promise<Reply<typeof fraud.listReviews>> {
  const { status, priority, assignee, limit } = request;
  const after = decodeCursor(request.cursor, ['word', 'id']);
  const rows = await db.rows<ReviewRow>(...listing(`select ${REVIEW_COLUMNS} from review`, [
    status !== undefined && ['status = ?', status], priority !== undefined && ['priority = ?', priority], assignee !== undefined && ['assignee = ?', assignee],
    after !== null && ['(priority, id) > (?, ?::uuid)', ...after],
  ], 'priority, id', limit + 1));
  const { data, nextCursor } = page(rows, limit, (row) => [row.priority, row.id]);
  return { data: data.map(reviewOf), nextCursor };
}

const HISTORY = 'select kind, actor, at, body as details from review_entry where review_id = $1 order by id';

interface Entry {
  kind: string;
  actor: string;
  at: Date;
  details: ReviewDetails['history'][number]['details'];
}

/** @throws Refusal `not_found` */
export async function getReview({ db, bus }: Room, id: string): Promise<ReviewDetails> {
  const [row] = await db.rows<ReviewRow>(`select ${REVIEW_COLUMNS} from review where id = $1`, [id]);
  if (!row) throw new Refusal('not_found');
  const bonusesOf = async (userId: string): Promise<Bonus[]> => {
    try {
      return (await bus.request(rewards.listBonuses, { userId, referralId: row.referralId, limit: 100 }, { timeoutMs: 700 })).data;
    } catch (error) {
      if (error instanceof Refusal) return [];
      throw error;
    }
  };
  const [history, ofReferrer, ofReferee] = await Promise.all([db.rows<Entry>(HISTORY, [id]), bonusesOf(row.referrerId), bonusesOf(row.refereeId)]);
  const entries = history.map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() }));
  return { ...reviewOf(row), bonuses: [...ofReferrer, ...ofReferee], history: entries };
}
