import { plumbing, ROOMS, type audit, type Input, type Reply } from '@referrals/contracts';
import { readAudit } from '@referrals/messaging';
import { decodeCursor, page } from '@referrals/persistence';
import type { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { within } from '../http/within.js';

/** What operators did, in every room and at this door, newest first. Ids are in order of time, so they are the cursor. */
export async function listAudit({ bus, db }: Gateway, { limit, cursor }: Input<typeof audit.list>, call: Call): Promise<Reply<typeof audit.list>> {
  const before = decodeCursor(cursor, ['id'])?.[0];
  const asked = { limit: limit + 1, ...(before !== undefined && { before }) };
  const lists = await Promise.all([
    within(call.options.timeoutMs, readAudit(db, 'gateway', limit + 1, before)),
    ...ROOMS.map(async (room) => (await bus.request(plumbing(room).listAudit, asked, call.options)).data),
  ]);
  const entries = lists.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
  return page(entries, limit, ({ id }) => [id]);
}
