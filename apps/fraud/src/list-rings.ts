import type { fraud, Input, Reply, Ring } from '@referrals/contracts';
import { decodeCursor, listing, page, type Database } from '@referrals/persistence';

const SHOWN_USERS = 100;

const RINGS = `select r.id, r.size, r.devices, r.addresses, r.evidence, r.referrals, r.highest_score as "highestScore", r.found_at as "foundAt",
    array(select m.user_id from ring_member m where m.ring_id = r.id order by m.user_id limit ${SHOWN_USERS}) as users
  from ring r`;

export async function listRings(db: Database, request: Input<typeof fraud.listRings>): Promise<Reply<typeof fraud.listRings>> {
  const { minSize, minDevices, userId, limit, cursor } = request;
  const after = decodeCursor(cursor, ['count', 'id']);
  const rows = await db.rows<Omit<Ring, 'foundAt'> & { foundAt: Date }>(...listing(RINGS, [
    ['r.size >= ?', minSize], ['r.devices >= ?', minDevices], userId !== undefined && ['r.id in (select m.ring_id from ring_member m where m.user_id = ?)', userId],
    after !== null && ['(r.size, r.id) < (?::int, ?::uuid)', ...after],
  ], 'r.size desc, r.id desc', limit + 1));
  const { data, nextCursor } = page(rows, limit, ({ size, id }) => [String(size), id]);
  return { data: data.map(({ foundAt, ...ring }) => ({ ...ring, foundAt: foundAt.toISOString() })), nextCursor };
}
