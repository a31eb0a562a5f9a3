import { plumbing, ROOMS, type Input, type Reply, type scheduler } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { decodeCursor, encodeCursor } from '@referrals/persistence';
import type { Requests } from './jobs.js';

/** Of JSON in one answer: what a message of the broker holds, and room for what stands around it. */
const PAGE_BYTES = 300_000;
/** Less than this is not worth asking a further room for. */
const LEAST_BYTES = 20_000;

type Place = NonNullable<Reply<ReturnType<typeof plumbing>['export']>['next']>;

/**
 * A page of all that the rooms know, room by room and table by table; most people's first page is their last. A room that does not answer makes
 * the page unavailable, for half an export would pass as a whole one. @throws Refusal `invalid_request` for a cursor that is none
 */
export async function exportUser(bus: Requests, { userId, cursor }: Input<typeof scheduler.exportUser>): Promise<Reply<typeof scheduler.exportUser>> {
  const start = placeOf(cursor);
  const rooms: Reply<typeof scheduler.exportUser>['rooms'] = {};
  let left = PAGE_BYTES;
  let after = start.after;
  for (const room of ROOMS.slice(start.room)) {
    if (left < LEAST_BYTES) return { userId, rooms, nextCursor: encodeCursor([room, 'null']) };
    const { tables, bytes, next } = await bus.request(plumbing(room).export, { userId, bytes: left, ...(after && { after }) }, { timeoutMs: 1_600 });
    if (Object.keys(tables).length > 0) rooms[room] = tables;
    if (next) return { userId, rooms, nextCursor: encodeCursor([room, JSON.stringify(next)]) };
    left -= bytes;
    after = null;
  }
  return { userId, rooms, nextCursor: null };
}

function placeOf(cursor: string | undefined): { room: number; after: Place | null } {
  const [name, place] = decodeCursor(cursor, ['word', 'json']) ?? [ROOMS[0], 'null'];
  const room = ROOMS.findIndex((known) => known === name);
  if (room >= 0) return { room, after: JSON.parse(place) as Place | null };
  throw new Refusal('invalid_request', { errors: [{ path: 'cursor', message: 'not a cursor of this export' }] });
}
