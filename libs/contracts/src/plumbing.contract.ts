import { z } from 'zod';
import { contract } from './contract.js';
import { Id, Instant } from './words.js';

export const ROOMS = ['codes', 'relationships', 'fraud', 'rewards', 'scheduler', 'insights', 'notifications'] as const;
export type RoomName = (typeof ROOMS)[number];

export const DeadLetter = z.object({
  id: Id,
  room: z.string(),
  type: z.string(),
  event: z.json(),
  error: z.string(),
  attempts: z.int(),
  createdAt: Instant,
  redrivenAt: Instant.nullable(),
});

/** What every room answers beside its own contracts. */
export const plumbing = (room: string) => ({
  health: contract(`${room}.health`, 'is the room able to work', {
    request: z.strictObject({}),
    reply: z.object({ ok: z.literal(true), unsent: z.int() }),
  }),
  republish: contract(`${room}.republish`, 'publishes events of the outbox again, for a consumer that lacks them', {
    request: z.strictObject({ ids: z.array(Id).max(5_000) }),
    reply: z.object({ republished: z.int() }),
  }),
  readEvents: contract(`${room}.readEvents`, 'a page of the event log, in the order of ids', {
    request: z.strictObject({ types: z.array(z.string()).max(100), after: Id.optional(), limit: z.int().min(1).max(100) }),
    reply: z.object({ data: z.array(z.record(z.string(), z.json())), next: Id.nullable() }),
  }),
  cleanUp: contract(`${room}.cleanUp`, 'forgets answers older than 24 hours and receipts older than 16 days; one bounded step', {
    request: z.strictObject({ limit: z.int().min(1).max(10_000).default(5_000) }),
    reply: z.object({ processed: z.int(), changed: z.int(), more: z.boolean() }),
  }),
  listDeadLetters: contract(`${room}.listDeadLetters`, 'messages that failed again and again', {
    request: z.strictObject({ limit: z.int().min(1).max(101), before: Id.optional() }),
    reply: z.object({ data: z.array(DeadLetter) }),
  }),
  redriveDeadLetter: contract(`${room}.redriveDeadLetter`, 'tries a dead letter once more', {
    request: z.strictObject({ id: Id }),
    reply: z.object({ outcome: z.enum(['applied', 'failed']), error: z.string().nullable() }),
  }),
});
