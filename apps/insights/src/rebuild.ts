import { ROOMS, type insights, type Reply } from '@referrals/contracts';
import { applyEvents, type AnyEvent, type Subscription } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';

type Step = Reply<typeof insights.rebuild>;
export const PAGE = 100;

/** Where a rebuild stands: a room and the last event of its log that was applied. */
export interface Place {
  room: (typeof ROOMS)[number];
  after: string | null;
}

export const placeOf = (cursor: string): Place => {
  const [room, after] = cursor.split(' ');
  return { room: ROOMS.find((name) => name === room) ?? ROOMS[0], after: after || null };
};

/**
 * Empties the projections and forgets what was received. Whatever happens afterwards is received as ever; the pages of the
 * logs bring back the rest, and an event of both is received once.
 */
export async function beginRebuild(tx: Transaction): Promise<Step> {
  await tx.rows('truncate referral, stage, bonus, payment, person, daily, standing, funnel, inbox');
  return { processed: 0, changed: 0, more: true, cursor: `${ROOMS[0]} ` };
}

/** Applies a page of a room's event log. */
export async function rebuildFrom(
  tx: Transaction, { room }: Place, page: { data: Record<string, unknown>[]; next: string | null }, subscriptions: Subscription[],
): Promise<Step> {
  if (page.data.length > 0) await applyEvents(tx, subscriptions, page.data as unknown as AnyEvent[]);
  const following = ROOMS[ROOMS.indexOf(room) + 1];
  const cursor = page.next ? `${room} ${page.next}` : following ? `${following} ` : null;
  return { processed: page.data.length, changed: page.data.length, more: cursor !== null, cursor };
}
