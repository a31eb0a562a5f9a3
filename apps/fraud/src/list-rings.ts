import type { fraud, Input, Reply, Ring } from '@referrals/contracts';
import { decodeCursor, page, type Database } from '@referrals/persistence';

const SHOWN_USERS = 100;

const LIST = `select r.id, r.size, r.devices, r.addresses, r.evidence, r.referrals, r.highest_score as "highestScore", r.found_at as "foundAt",
    array(select m.user_id from ring_member m where m.ring_id = r.id order by m.user_id limit $6) as users
  from ring r
  where r.size >= $1 and r.devices >= $2 and ($3::text is null or r.id in (select m.ring_id from ring_member m where m.user_id = $3))
    and ($4::int is null or (r.size, r.id) < ($4, $5::uuid))
  order by r.size desc, r.id desc limit $7`;

export async function listRings(db: Database, request: Input<typeof fraud.listRings>): Promise<Reply<typeof fraud.listRings>> {
  const { minSize, minDevices, userId, limit, cursor } = request;
  const [afterSize, afterId] = decodeCursor(cursor, ['count', 'id']) ?? [];
  const rows = await db.rows<Omit<Ring, 'foundAt'> & { foundAt: Date }>(
    LIST, [minSize, minDevices, userId ?? null, afterSize ?? null, afterId ?? null, SHOWN_USERS, limit + 1]);
  const { data, nextCursor } = page(rows, limit, ({ size, id }) => [String(size), id]);
  return { data: data.map(({ foundAt, ...ring }) => ({ ...ring, foundAt: foundAt.toISOString() })), nextCursor };
}
