/** A request was refused: `code` is the stable word, `status` HTTP's number, 0 where nobody answered. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly errors: { path: string; message: string }[] = [],
    readonly requestId: string | null = null,
    /** when it may be tried again, where the answer said so */
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(errors.length > 0 ? `${code}: ${errors.map(({ path, message }) => `${path} ${message}`).join(', ')}` : code);
    this.name = 'ProblemError';
  }
}
