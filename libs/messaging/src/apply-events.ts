import { receive, type Transaction } from '@referrals/persistence';
import type { AnyEvent, Subscription } from './handle.js';

/**
 * Receives the events and lets the handlers take effect, in the given transaction: each handler once, with all of its
 * kinds that were never seen before, in the order in which the subscriptions stand.
 */
export async function applyEvents(tx: Transaction, subscriptions: Subscription[], events: AnyEvent[]): Promise<void> {
  const fresh = await receive(tx, events.map((event) => event.id));
  const once = new Map(events.filter((event) => fresh.has(event.id)).map((event) => [event.id, event]));
  const byType = Map.groupBy(once.values(), (event) => event.type);
  for (const kind of new Set(subscriptions.map((subscription) => subscription.kind))) {
    for (const event of byType.get(kind.type) ?? []) kind.data.parse(event.data);
  }
  for (const [handle, bound] of Map.groupBy(subscriptions, (subscription) => subscription.handle)) {
    const mine = bound.flatMap(({ kind }) => byType.get(kind.type) ?? []);
    if (mine.length > 0) await handle(tx, mine);
  }
}
