import type { Contract, HttpRoute, Reply } from '@referrals/contracts';
import { v4 } from 'uuid';
import type { z } from 'zod';
import { ProblemError } from './problem-error.js';

export interface ClientOptions {
  /** where the gateway answers, e.g. `http://127.0.0.1:3000` */
  url: string;
  /** an API key, or a user's token for the user's own views */
  key?: string;
  /** tries after the first, of requests that may be repeated */
  retries?: number;
  /** of one try */
  timeoutMs?: number;
  /** the longest pause before a further try, 10 s unless told: what may come only later is the caller's to decide */
  patienceMs?: number;
}

export interface CallOptions {
  /** one effect and one answer for all requests with it; made up where none is given, so that a retry never does twice */
  idempotencyKey?: string;
}

type Fields = Record<string, unknown>;
type Page<Item> = { data: Item[]; nextCursor: string | null };
type Item<C extends Contract> = Reply<C> extends Page<infer I> ? I : never;

const FIRST_PAUSE_MS = 100;
/** The client runs in browsers too, so it stands on nothing of Node's. */
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A host's client, typed by the contracts: one method for every route there is. */
export class ReferralsClient {
  private readonly retries: number;
  private readonly timeoutMs: number;
  private readonly patienceMs: number;

  constructor(private readonly options: ClientOptions) {
    this.retries = options.retries ?? 4;
    this.timeoutMs = options.timeoutMs ?? 15_000;
    this.patienceMs = options.patienceMs ?? 10_000;
  }

  /**
   * Asks a route. What may be repeated is, when nobody answers, or the answer is to come back soon.
   * @throws ProblemError also when the answer is to come back later than this client waits: `retryAfterSeconds` tells when
   */
  async call<C extends Contract>(contract: C, input: z.input<C['request']>, { idempotencyKey }: CallOptions = {}): Promise<Reply<C>> {
    const { http } = contract;
    if (!http) throw new Error(`${contract.subject} is not reached over HTTP`);
    const isKeyed = http.method === 'POST' && !http.notIdempotent;
    const key = isKeyed ? (idempotencyKey ?? v4()) : null;
    const mayRepeat = http.method !== 'POST' || isKeyed;
    for (let tries = 0; ; tries += 1) {
      try {
        return (await this.once(http, { ...(input as Fields) }, key)) as Reply<C>;
      } catch (error) {
        const wait = error instanceof Later ? error.waitMs(tries) : null;
        if (wait === null || wait > this.patienceMs || !mayRepeat || tries >= this.retries) throw error instanceof Later ? error.problem : error;
        await sleep(wait);
      }
    }
  }

  /** The items of a list, fetched page by page as they are asked for. */
  async *items<C extends Contract>(contract: C, input: z.input<C['request']>): AsyncGenerator<Item<C>, void> {
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page<Item<C>> = (await this.call(contract, { ...(input as Fields), ...(cursor && { cursor }) } as z.input<C['request']>)) as never;
      yield* page.data;
      cursor = page.nextCursor;
    }
  }

  private async once({ method, path }: HttpRoute, fields: Fields, idempotencyKey: string | null): Promise<unknown> {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = String(fields[name]);
      delete fields[name];
      return encodeURIComponent(value);
    });
    const hasBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
    const sent = Object.entries(fields).filter(([, value]) => value !== undefined);
    const query = hasBody || sent.length === 0 ? '' : `?${new URLSearchParams(sent.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
    const answer = await this.send(filled + query, {
      method,
      headers: {
        ...(this.options.key && { authorization: `Bearer ${this.options.key}` }),
        ...(hasBody && { 'content-type': 'application/json' }),
        ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
      },
      ...(hasBody && { body: JSON.stringify(Object.fromEntries(sent)) }),
    });
    return valueOf(answer);
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(new URL(path, this.options.url), { ...init, redirect: 'manual', signal: AbortSignal.timeout(this.timeoutMs) });
    } catch {
      throw new Later(new ProblemError(0, 'unavailable'), null);
    }
  }
}

/** A problem that may be gone at the next try. */
class Later extends Error {
  constructor(
    readonly problem: ProblemError,
    private readonly retryAfter: number | null,
  ) {
    super(problem.message);
  }

  /** As long as the server says, else twice as long each time, and never all clients at once. */
  waitMs(tries: number): number {
    return this.retryAfter === null ? FIRST_PAUSE_MS * 2 ** tries * (0.5 + Math.random()) : this.retryAfter * 1_000;
  }
}

async function valueOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  const type = answer.headers.get('content-type') ?? '';
  if (answer.ok) return type.includes('application/json') ? JSON.parse(text) : text || null;
  const { code = 'internal', errors = [] } = type.includes('json') ? (JSON.parse(text) as { code?: string; errors?: { path: string; message: string }[] }) : {};
  const header = answer.headers.get('retry-after');
  const after = header === null ? null : Number(header);
  const problem = new ProblemError(answer.status, code, errors, answer.headers.get('x-request-id'), after);
  if (answer.status === 429 || answer.status === 503 || code === 'idempotency_in_progress') throw new Later(problem, after);
  throw problem;
}
