/**
 * The one way past the business clock. Keys, tokens, signatures, leases, receipts and back-off are between machines: they
 * keep to real time, and a test clock neither ends nor revives them.
 */

/** SQL for the machine's own time. */
export const REAL_NOW = 'clock_timestamp()';

/** Milliseconds since 1970, by this process. */
export const realNowMs = (): number => Date.now();
