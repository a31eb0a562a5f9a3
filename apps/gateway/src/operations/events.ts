import { plumbing, ROOMS, type eventLog, type Input, type LoggedEvent, type Reply } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { decodeCursor, page } from '@referrals/persistence';
import type { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';

/** What all rooms told, newest first. Ids are in order of time, so they are the cursor; a room that is away is left out. */
export async function listEvents({ bus }: Gateway, { limit, cursor }: Input<typeof eventLog.list>, call: Call): Promise<Reply<typeof eventLog.list>> {
  const before = decodeCursor(cursor, ['id'])?.[0];
  const asked = { limit: limit + 1, ...(before !== undefined && { before }) };
  const lists = await Promise.all(ROOMS.map(async (room): Promise<LoggedEvent[]> => {
    try {
      return (await bus.request(plumbing(room).listEvents, asked, call.options)).data;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'unavailable') return [];
      throw error;
    }
  }));
  return page(lists.flat().sort((a, b) => (a.id < b.id ? 1 : -1)), limit, ({ id }) => [id]);
}
