import { access } from '@referrals/contracts';
import { ReferralsClient } from './client.js';
import { ProblemError } from './problem-error.js';

export interface PaidGateOptions<Request> {
  /** where the engine answers, and a service key of the host */
  url: string;
  key: string;
  /** the host's id of who asks; null for nobody who has signed in */
  userOf: (request: Request) => string | null | Promise<string | null>;
  /** the host's own people, who need not pay */
  isOperator?: (request: Request) => boolean | Promise<boolean>;
  /** how long an answer is believed */
  freshMs?: number;
  /** while the engine does not answer: let everybody in (`open`), or nobody whose answer is no longer fresh (`closed`) */
  whenUnavailable: 'open' | 'closed';
  timeoutMs?: number;
}

export type Verdict = 'paid' | 'operator' | 'unauthenticated' | 'payment_required' | 'unavailable';

/** As Node's own server, Express, Connect, Nest and Fastify's raw reply have it. */
export interface GatedResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}
export type Middleware<Request> = (request: Request, response: GatedResponse, next: (error?: unknown) => void) => Promise<void>;

const STATUS = { unauthenticated: 401, payment_required: 402, unavailable: 503 } as const;
const TITLES = { unauthenticated: 'Unauthenticated', payment_required: 'Payment required', unavailable: 'Unavailable' } as const;
const KEPT = 10_000;

/** Lets those pass who have access: by a subscription, by granted days, or as operators. Everybody else is answered 402. */
export function paidGate<Request>(options: PaidGateOptions<Request>): Middleware<Request> {
  const judge = paidJudge(options);
  return async (request, response, next) => {
    let verdict: Verdict;
    try {
      verdict = await judge(request);
    } catch (error) {
      return next(error);
    }
    if (verdict === 'paid' || verdict === 'operator') return next();
    response.statusCode = STATUS[verdict];
    response.setHeader('content-type', 'application/problem+json');
    response.setHeader('cache-control', 'no-store');
    response.end(JSON.stringify({ type: `urn:referrals:problem:${verdict}`, title: TITLES[verdict], status: STATUS[verdict], code: verdict }));
  };
}

/** The same decision without an answer, for frameworks of another shape. */
export function paidJudge<Request>({ userOf, isOperator, freshMs = 10_000, whenUnavailable, ...engine }: PaidGateOptions<Request>): (request: Request) => Promise<Verdict> {
  const client = new ReferralsClient({ url: engine.url, key: engine.key, retries: 0, timeoutMs: engine.timeoutMs ?? 2_000 });
  const known = new Map<string, { isPaid: boolean; until: number }>();
  const asking = new Map<string, Promise<boolean>>();

  const ask = async (userId: string): Promise<boolean> => {
    const isPaid = await client.call(access.checkAccess, { userId }).then(() => true, isUnpaid);
    if (known.size >= KEPT) known.clear();
    known.set(userId, { isPaid, until: performance.now() + freshMs });
    return isPaid;
  };
  const isPaid = (userId: string): Promise<boolean> | boolean => {
    const answer = known.get(userId);
    if (answer && performance.now() < answer.until) return answer.isPaid;
    const underWay = asking.get(userId) ?? ask(userId).finally(() => asking.delete(userId));
    asking.set(userId, underWay);
    return underWay;
  };

  return async (request) => {
    if (await isOperator?.(request)) return 'operator';
    const userId = await userOf(request);
    if (userId === null) return 'unauthenticated';
    try {
      return (await isPaid(userId)) ? 'paid' : 'payment_required';
    } catch (error) {
      if (!isAway(error)) throw error;
      return whenUnavailable === 'open' ? 'paid' : 'unavailable';
    }
  };
}

/** 402 is an answer like any other; what else went wrong is none. */
function isUnpaid(error: unknown): false {
  if (error instanceof ProblemError && error.status === 402) return false;
  throw error;
}

/** A key that is wrong is the host's own fault, and must not open a gate. */
const isAway = (error: unknown): boolean => error instanceof ProblemError && (error.status === 0 || error.status === 429 || error.status >= 500);
