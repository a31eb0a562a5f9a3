/** Attempts, back-off and the overlap of secrets are between machines: the machine's own time, whatever a test clock says. */
// eslint-disable-next-line no-restricted-syntax -- see above
export const REAL_NOW = 'clock_timestamp()';
