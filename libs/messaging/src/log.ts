import { createHmac, randomBytes } from 'node:crypto';
import { pino, type Logger } from 'pino';

export type Log = Logger;

export interface LogOptions {
  level: string;
  file?: string;
  /** under which users are known in the lines of all rooms; one of the process's own unless given */
  userKey?: () => string;
}

/**
 * Structured lines, one event name each. Personal data has no place in them. A user's id may be a mailbox at some hosts, and lines outlive an erasure:
 * it is written as a keyed hash, the same in every room, by which one referral can be followed through all of them.
 */
export function openLog(room: string, { level, file, userKey = () => randomBytes(32).toString('hex') }: LogOptions): Log {
  const destination = pino.destination({ dest: file ?? 1, sync: false, minLength: 0, mkdir: true });
  let key: string | undefined;
  const pseudonym = (id: unknown): unknown => (typeof id === 'string' ? `u:${createHmac('sha256', (key ??= userKey())).update(id).digest('base64url').slice(0, 22)}` : id);
  const serializers = { userId: pseudonym, referrerId: pseudonym, refereeId: pseudonym, err: faultOf };
  return pino({ level, base: { room }, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'event', serializers }, destination);
}

/** What of a fault of ours may stand in the log: never the values that were being written, which PostgreSQL tells in its details. */
export function faultOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, table, constraint } = error as { code?: unknown; table?: unknown; constraint?: unknown };
  return { name: error.name, message: error.message, ...definedOf({ code, table, constraint }), stack: error.stack };
}

const definedOf = (fields: Record<string, unknown>): Record<string, unknown> => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
