import fc from 'fast-check';
import { ApiDocument, type Answered } from './document.js';
import { requestsOf, SOME_CODE, SOME_ID, type Prepared } from './requests.js';

export interface Found {
  requests: number;
  statuses: Map<number, number>;
  /** one line each, with what was sent */
  violations: string[];
}

export interface Fuzzing {
  url: string;
  adminKey: string;
  api: ApiDocument;
  requests: number;
  seed: number;
  /** only what can be nothing but refused */
  refusedOnly?: boolean;
}

const AT_ONCE = 8;
const SHOWN = 20;
const TRIES = 6;

/** Sends generated requests to every operation in turn, and judges every answer by the document. */
export async function fuzz({ url, adminKey, api, requests, seed, refusedOnly = false }: Fuzzing): Promise<Found> {
  const operations = refusedOnly ? api.operations.filter(({ scope }) => scope !== 'open') : api.operations;
  const each = Math.ceil(requests / operations.length);
  const prepared = operations.map((operation, index) => fc.sample(requestsOf(api, operation, adminKey, refusedOnly), { numRuns: each, seed: seed + index }));
  const inTurns = Array.from({ length: each }, (_, turn) => prepared.map((list) => list[turn]!)).flat().slice(0, requests);
  const found: Found = { requests: 0, statuses: new Map(), violations: [] };
  const known = new Known();
  const work = async (): Promise<void> => {
    for (let next = inTurns.shift(); next; next = inTurns.shift()) await judge(url, api, next, known, found);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

async function judge(url: string, api: ApiDocument, request: Prepared, known: Known, found: Found): Promise<void> {
  const { operation, path, headers, body } = known.placed(request);
  const answered = await send(url + path, operation.method, headers, body);
  found.requests += 1;
  found.statuses.set(answered.status, (found.statuses.get(answered.status) ?? 0) + 1);
  known.learn(answered);
  const violations = api.violations(operation, answered);
  if (request.isRefused && answered.status < 400) violations.push(`${answered.status} where nothing but a refusal was possible`);
  if (violations.length > 0 && found.violations.length < SHOWN) {
    found.violations.push(`${operation.method} ${path.slice(0, 300)} ${(body ?? '').slice(0, 400)} → ${violations.slice(0, 3).join('; ')} ${answered.text.slice(0, 300)}`);
  }
}

/** A machine that is busy answers 503 and is asked again, as a host does; a request that gets it again and again is at fault itself. */
async function send(url: string, method: string, headers: Record<string, string>, body: string | undefined): Promise<Answered> {
  for (let tries = 1; ; tries += 1) {
    const answered = await once(url, method, headers, body);
    if (answered.status !== 503 || tries === TRIES) return answered;
    await new Promise((resolve) => setTimeout(resolve, 500 * tries));
  }
}

async function once(url: string, method: string, headers: Record<string, string>, body: string | undefined): Promise<Answered> {
  const response = await fetch(url, { method, headers, redirect: 'manual', ...(body !== undefined && body !== '' && { body }), signal: AbortSignal.timeout(20_000) });
  return { status: response.status, contentType: response.headers.get('content-type'), text: await response.text() };
}

/** Ids and codes that answers named, so that later requests are about something. */
class Known {
  private readonly ids: string[] = [];
  private readonly codes: string[] = [];
  private turn = 0;

  learn({ status, text }: Answered): void {
    if (status >= 300) return;
    for (const [, id] of text.matchAll(/"(?:id|codeId|referralId)":"([0-9a-f-]{36})"/g)) this.keep(this.ids, id!);
    for (const [, code] of text.matchAll(/"code":"([A-Za-z0-9-]+)"/g)) this.keep(this.codes, code!);
  }

  placed(request: Prepared): Prepared {
    const replace = (text: string): string => text.replaceAll(SOME_ID, this.pick(this.ids) ?? SOME_ID).replaceAll(SOME_CODE, this.pick(this.codes) ?? 'NOBODY-1');
    return { ...request, path: replace(request.path), body: request.body && replace(request.body) };
  }

  private keep(list: string[], value: string): void {
    if (list.length < 500) list.push(value);
    else list[(this.turn += 1) % 500] = value;
  }

  private pick(list: string[]): string | undefined {
    return list[(this.turn += 7) % Math.max(list.length, 1)];
  }
}
