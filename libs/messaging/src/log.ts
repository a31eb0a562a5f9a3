import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Structured lines, one event name each. Personal data has no place in them: pass ids of ours and the host's user ids. */
export function openLog(room: string, { level, file }: { level: string; file?: string }): Log {
  const destination = pino.destination({ dest: file ?? 1, sync: false, minLength: 0, mkdir: true });
  return pino({ level, base: { room }, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'event' }, destination);
}
