import type { RefusalCode } from '@referrals/domain';
import { z } from 'zod';

/** Who may call a route: a host's backend, an operator, a browser, the user in person, or anybody. */
export type Scope = 'admin' | 'service' | 'publishable' | 'user' | 'open';

/** How a contract is reached over HTTP. Path parameters, query and body together are the contract's request. */
export interface HttpRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** with parameters as in OpenAPI: `/v1/users/{userId}/code` */
  path: string;
  /** the least of the scopes that may call; `service` includes `admin` */
  scope: Scope;
  /** status of a success, 200 unless told; a function where it depends on the answer */
  status?: number | ((reply: never) => number);
  /** every status of a success, where there are several */
  statuses?: number[];
  /** stable words that this route may answer beside those that every route may */
  refusals?: RefusalCode[];
  /** no `Idempotency-Key` here */
  notIdempotent?: boolean;
  /** what HTTP takes where it differs from the contract's own request; what it yields must be a valid request */
  request?: z.ZodType;
  /** the body is taken as it stands, up to so many bytes, for its signature to be checked */
  rawBodyBytes?: number;
  /** a JSON body may have so many bytes, 64 KiB unless told */
  bodyBytes?: number;
  /** of a success; JSON unless told */
  contentType?: string;
  /** how long the gateway waits for the room, 1,800 unless told */
  timeoutMs?: number;
  tag: string;
}

/** One way to ask a room for something: used by the caller, the room and the HTTP route alike. */
export interface Contract<Request extends z.ZodType = z.ZodType, Reply extends z.ZodType = z.ZodType> {
  /** `<room>.<verb>` on core NATS, the room's name being the queue group */
  readonly subject: string;
  readonly summary: string;
  readonly request: Request;
  readonly reply: Reply;
  readonly http?: HttpRoute;
  /** requests that may travel and commit together, at most: what waits while others are under way; told for verbs that come in crowds */
  readonly group?: number;
}

/** A contract that HTTP reaches. */
export type RoutedContract<Request extends z.ZodType = z.ZodType, Reply extends z.ZodType = z.ZodType> = Contract<Request, Reply> & { readonly http: HttpRoute };

export type Input<C extends Contract> = z.output<C['request']>;
export type Reply<C extends Contract> = z.output<C['reply']>;

export function contract<Request extends z.ZodType, Rep extends z.ZodType>(
  subject: string,
  summary: string,
  parts: { request: Request; reply: Rep; http?: HttpRoute; group?: number },
): Contract<Request, Rep> {
  return { subject, summary, ...parts };
}
