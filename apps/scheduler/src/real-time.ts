/** Leases, run times and what was recorded when are real, whatever a test clock says: SQL for the machine's own time. */
// eslint-disable-next-line no-restricted-syntax -- see above
export const REAL_NOW = 'clock_timestamp()';
