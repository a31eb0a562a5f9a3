import { z } from 'zod';
import { contract } from './contract.js';
import { Id, Instant, UserId, text } from './words.js';

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

export const AuditEntry = z.object({
  id: Id,
  room: z.string(),
  actor: z.string().meta({ description: 'the key that was used' }),
  action: z.string(),
  subject: z.string(),
  before: z.json(),
  after: z.json(),
  createdAt: Instant,
}).meta({ id: 'AuditEntry' });
export type AuditEntry = z.output<typeof AuditEntry>;

export const LoggedEvent = z.object({
  id: Id,
  room: z.string(),
  type: z.string(),
  occurredAt: Instant,
  aggregateId: z.string(),
  data: z.record(z.string(), z.json()).meta({ description: 'without what only rooms may read' }),
}).meta({ id: 'LoggedEvent' });
export type LoggedEvent = z.output<typeof LoggedEvent>;

/** How far an export is: in which table, and after the row with which key. */
export const ExportPlace = z.object({ table: z.string(), key: z.record(z.string(), z.json()).nullable() });

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
  listEvents: contract(`${room}.listEvents`, 'what the room told last, newest first', {
    request: z.strictObject({ limit: z.int().min(1).max(101), before: Id.optional() }),
    reply: z.object({ data: z.array(LoggedEvent) }),
  }),
  cleanUp: contract(`${room}.cleanUp`, 'forgets answers older than 24 hours and receipts older than 16 days; one bounded step', {
    request: z.strictObject({ limit: z.int().min(1).max(10_000).default(5_000) }),
    reply: z.object({ processed: z.int(), changed: z.int(), more: z.boolean() }),
  }),
  keepPartitions: contract(`${room}.keepPartitions`, 'makes the partitions of the event log for the months to come and gives away those that were kept for long enough', {
    request: z.strictObject({}),
    reply: z.object({ processed: z.int(), changed: z.int() }),
  }),
  listDeadLetters: contract(`${room}.listDeadLetters`, 'messages that failed again and again', {
    request: z.strictObject({ limit: z.int().min(1).max(101), before: Id.optional() }),
    reply: z.object({ data: z.array(DeadLetter) }),
  }),
  erase: contract(`${room}.erase`, 'puts a pseudonym in the place of a user, wherever the room stores it', {
    request: z.strictObject({ userId: UserId, pseudonym: text(64) }),
    reply: z.object({ changed: z.int() }),
  }),
  export: contract(`${room}.export`, 'the rows of the room that name a user, as many as a message holds', {
    request: z.strictObject({ userId: UserId, after: ExportPlace.optional(), bytes: z.int().min(1).max(400_000).default(300_000) }),
    reply: z.object({
      tables: z.record(z.string(), z.array(z.record(z.string(), z.json()))),
      bytes: z.int(),
      next: ExportPlace.nullable().meta({ description: 'where the rest begins' }),
    }),
  }),
  listAudit: contract(`${room}.listAudit`, 'what operators did, newest first', {
    request: z.strictObject({ limit: z.int().min(1).max(101), before: Id.optional() }),
    reply: z.object({ data: z.array(AuditEntry) }),
  }),
  redriveDeadLetter: contract(`${room}.redriveDeadLetter`, 'tries a dead letter once more', {
    request: z.strictObject({ id: Id }),
    reply: z.object({ outcome: z.enum(['applied', 'failed']), error: z.string().nullable() }),
  }),
});
