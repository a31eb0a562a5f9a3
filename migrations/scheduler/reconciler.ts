import { grantTo } from '../plumbing.js';

/** Whose event logs and inboxes are compared; every room that exists when this history runs. */
const ROOMS = ['codes', 'relationships', 'fraud', 'rewards', 'scheduler'];

/**
 * A role that only reads, and of every room only which events it told and which it received. The index finds the events
 * of a span of time and costs next to nothing: the log only grows, so its pages lie in order of time.
 */
export const reconcilerGrants: string[] = ROOMS.flatMap((room) => [
  grantTo('reconciler', `usage on schema ${room}`),
  grantTo('reconciler', `select (id, type, recorded_at) on ${room}.outbox`),
  grantTo('reconciler', `select (id) on ${room}.outbox_unsent`),
  grantTo('reconciler', `select (event_id) on ${room}.inbox`),
  `create index outbox_recorded_at_index on ${room}.outbox using brin (recorded_at) with (pages_per_range = 16, autosummarize = on)`,
]);
