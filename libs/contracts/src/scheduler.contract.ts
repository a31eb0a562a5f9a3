import { z } from 'zod';
import { contract } from './contract.js';
import { Id, Instant, pageOf, Paging, text, UserId } from './words.js';

export const JobRun = z.object({
  id: Id,
  job: z.string(),
  trigger: z.enum(['timetable', 'hand']),
  status: z.enum(['running', 'succeeded', 'failed']),
  startedAt: Instant,
  finishedAt: Instant.nullable(),
  durationMs: z.int().nullable(),
  processed: z.int(),
  changed: z.int(),
  error: z.string().nullable(),
}).meta({ id: 'JobRun' });
export type JobRun = z.output<typeof JobRun>;

export const Job = z.object({
  name: z.string(),
  description: z.string(),
  everySeconds: z.int().nullable().meta({ description: 'null: by hand alone' }),
  missed: z.enum(['catch_up', 'skip']),
  lastRun: JobRun.nullable(),
}).meta({ id: 'Job' });

export const ProgrammeInForce = z.object({
  version: z.int(),
  inForceFrom: Instant.nullable().meta({ description: 'null: from the beginning of time' }),
  createdBy: z.string(),
  programme: z.record(z.string(), z.json()).meta({ description: 'every number of the programme' }),
}).meta({ id: 'Programme' });
export type ProgrammeInForce = z.output<typeof ProgrammeInForce>;
export const Difference = z.object({
  id: Id,
  runId: Id.meta({ description: 'the comparison that found it' }),
  check: z.string(),
  subject: z.string(),
  expected: z.string().nullable(),
  found: z.string().nullable(),
  foundAt: Instant,
}).meta({ id: 'Difference' });

export const Erasure = z.object({
  id: Id,
  status: z.enum(['running', 'finished']),
  requestedAt: Instant,
  finishedAt: Instant.nullable(),
  rooms: z.record(z.string(), z.enum(['waiting', 'erased', 'confirmed'])).meta({ description: 'confirmed: looked through a second time, after all events on their way had arrived' }),
  streamClearedAt: Instant.meta({ description: 'when the last event that may still name the user has left the stream, and no box with an address can be opened any more' }),
}).meta({ id: 'Erasure' });
export type Erasure = z.output<typeof Erasure>;

const tag = 'Jobs';

export const scheduler = {
  listJobs: contract('scheduler.listJobs', 'the timetable, each job with its last run', {
    request: z.strictObject({}),
    reply: z.object({ data: z.array(Job), nextCursor: z.null() }),
    http: { method: 'GET', path: '/v1/jobs', scope: 'admin', tag },
  }),
  /** Answers with the run as it stands after at most 10 s. */
  runJob: contract('scheduler.runJob', 'runs a job now', {
    request: z.strictObject({ name: text(64) }),
    reply: JobRun,
    http: {
      method: 'POST', path: '/v1/jobs/{name}/runs', scope: 'admin', tag, notIdempotent: true, statuses: [200, 202], timeoutMs: 11_000,
      status: (run: JobRun) => (run.status === 'running' ? 202 : 200), refusals: ['not_found'],
    },
  }),
  getRun: contract('scheduler.getRun', 'one run of a job', {
    request: z.strictObject({ name: text(64), id: Id }),
    reply: JobRun,
    http: { method: 'GET', path: '/v1/jobs/{name}/runs/{id}', scope: 'admin', tag, refusals: ['not_found'] },
  }),
  getProgramme: contract('scheduler.getProgramme', 'the programme in force', {
    request: z.strictObject({}),
    reply: ProgrammeInForce,
    http: { method: 'GET', path: '/v1/programme', scope: 'admin', tag: 'Programme' },
  }),
  listProgrammes: contract('scheduler.listProgrammes', 'all versions of the programme, newest first', {
    request: z.strictObject({ ...Paging }),
    reply: pageOf(ProgrammeInForce),
    http: { method: 'GET', path: '/v1/programme/versions', scope: 'admin', tag: 'Programme' },
  }),
  putProgramme: contract('scheduler.putProgramme', 'puts a new version of the whole programme in force, from this instant on', {
    request: z.strictObject({
      baseVersion: z.int().min(1).meta({ description: 'the version in force that was changed; another one by now is refused' }),
      programme: z.record(z.string(), z.json()).meta({ description: 'the whole programme: what is missing or unknown is refused' }),
    }),
    reply: ProgrammeInForce,
    http: { method: 'PUT', path: '/v1/programme', scope: 'admin', tag: 'Programme', refusals: ['stale_version'] },
  }),
  /** One bounded step of one check; what differs is kept under the id of the run and logged, and nothing is mended. */
  reconcile: contract('scheduler.reconcile', 'compares ledger, balances, bonuses and relationships; one bounded step', {
    request: z.strictObject({ runId: Id.optional(), cursor: text(512).optional(), limit: z.int().min(1).max(50_000).default(20_000) }),
    reply: z.object({ processed: z.int(), changed: z.int(), more: z.boolean(), cursor: z.string().nullable() }),
  }),
  listDifferences: contract('scheduler.listDifferences', 'what reconciliation found to differ, newest first', {
    request: z.strictObject({ ...Paging }),
    reply: pageOf(Difference),
    http: { method: 'GET', path: '/v1/reconciliation/differences', scope: 'admin', tag },
  }),
  /** Ends of long histories; one bounded step. */
  cleanUp: contract('scheduler.cleanUpRuns', 'forgets runs of jobs that ended long ago; one bounded step', {
    request: z.strictObject({ limit: z.int().min(1).max(10_000).default(5_000) }),
    reply: z.object({ processed: z.int(), changed: z.int(), more: z.boolean() }),
  }),
  eraseUser: contract('scheduler.eraseUser', 'erases a user in every room; asked again, tells how far that is', {
    request: z.strictObject({ userId: UserId }),
    reply: Erasure,
    http: { method: 'DELETE', path: '/v1/users/{userId}', scope: 'service', status: 202, tag: 'Privacy' },
  }),
  exportUser: contract('scheduler.exportUser', 'everything that the rooms know of a user', {
    request: z.strictObject({ userId: UserId, cursor: text(2_048).optional() }),
    reply: z.object({
      userId: z.string(),
      rooms: z.record(z.string(), z.record(z.string(), z.array(z.record(z.string(), z.json())))).meta({ description: 'by room and table' }),
      nextCursor: z.string().nullable().optional().meta({ description: 'over NATS, where a message does not hold everything: to be asked with for the rest' }),
    }).meta({ id: 'Export' }),
    http: { method: 'GET', path: '/v1/users/{userId}/export', scope: 'service', tag: 'Privacy', request: z.strictObject({ userId: UserId }) },
  }),
  setClock: contract('scheduler.setClock', 'sets the test clock; refused unless the product was started with one', {
    request: z.strictObject({ now: Instant, running: z.boolean().default(false) }),
    reply: z.object({ now: Instant, running: z.boolean() }),
    http: { method: 'PUT', path: '/v1/test-clock', scope: 'admin', tag: 'Test clock', refusals: ['not_found'] },
  }),
};
