import { plumbing, ROOMS, type Reply, type scheduler } from '@referrals/contracts';
import type { Requests } from './jobs.js';

/** All rooms are asked; one that does not answer makes the whole unavailable, for half an export would pass as a whole one. */
export async function exportUser(bus: Requests, userId: string): Promise<Reply<typeof scheduler.exportUser>> {
  const parts = await Promise.all(ROOMS.map(async (room) => [room, (await bus.request(plumbing(room).export, { userId }, { timeoutMs: 1_600 })).tables] as const));
  return { userId, rooms: Object.fromEntries(parts.filter(([, tables]) => Object.keys(tables).length > 0)) };
}
