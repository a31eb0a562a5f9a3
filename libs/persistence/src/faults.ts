/** PostgreSQL error classes after which the same work may succeed: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const TRANSIENT_CLASSES = ['08', '53', '57', '58'];
const RETRIED_AT_ONCE = ['40001', '40P01', '55P03'];
const SOCKET_CODES = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT'];

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};

/** Serialisation failure, deadlock or lock time-out: the transaction is run again at once. */
export const isConflict = (error: unknown): boolean => RETRIED_AT_ONCE.includes(codeOf(error));

/** The database is away or overloaded; nothing is wrong with the work itself. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  if (RETRIED_AT_ONCE.includes(code) || SOCKET_CODES.includes(code)) return true;
  if (/^[0-9A-Z]{5}$/.test(code)) return TRANSIENT_CLASSES.includes(code.slice(0, 2));
  return error instanceof Error && /timeout|terminated|Connection|connect/i.test(error.message);
}

export const isUniqueViolation = (error: unknown): boolean => codeOf(error) === '23505';

/** Another transaction was quicker between our reading and our writing; run again, this one sees what it did. */
export class RaceLost extends Error {
  readonly code = '40001';
}
