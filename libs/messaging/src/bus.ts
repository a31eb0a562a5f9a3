import { headers as natsHeaders, RequestError, TimeoutError, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { Refusal } from '@referrals/domain';
import type { Contract, Input, Reply } from '@referrals/contracts';
import type { z } from 'zod';
import { Batcher } from './batcher.js';
import { cut, type Envelope, type GroupReply } from './group-packet.js';
import { fromWire } from './wire.js';

export const HEADERS = {
  requestId: 'x-request-id',
  actor: 'x-actor',
  idempotencyKey: 'idempotency-key',
  idempotencyBody: 'idempotency-body',
  replayed: 'idempotent-replayed',
} as const;

/** What travels beside a request. */
export interface RequestMeta {
  requestId?: string;
  /** who asks, for the audit log */
  actor?: string;
  /** the key already scoped to its holder, method and path, and the hash of the body it came with */
  idempotency?: { key: string; bodyHash: string };
}

export interface RequestOptions extends RequestMeta {
  timeoutMs?: number;
}

export interface Answer<Value> {
  value: Value;
  /** the stored answer of an earlier request with the same idempotency key */
  replayed: boolean;
}

/** Whether a refusal is the stored answer of an earlier request with the same idempotency key. */
export const isReplayed = (error: unknown): boolean => error instanceof Refusal && (error as { replayed?: boolean }).replayed === true;

/** Under load a message of requests to a room follows the one before so much later at the earliest. */
const GATHER_MS = 10;

interface Asked {
  data: unknown;
  meta: RequestMeta;
  /** when the caller stops waiting */
  until: number;
}

/** Requests to other rooms over core NATS, in the envelope of the framework's NATS transport. */
export class Bus {
  private next = 0;
  private turn: Promise<void> | undefined;
  private readonly crowds = new Map<string, Batcher<Asked, Answer<unknown>>>();

  constructor(
    readonly connection: NatsConnection,
    private readonly timeoutMs = 1_800,
  ) {}

  /** @throws Refusal: the room's own, or `unavailable` when no answer came in time (the outcome is then unknown) */
  async request<C extends Contract>(contract: C, input: z.input<C['request']> | Input<C>, options: RequestOptions = {}): Promise<Reply<C>> {
    return (await this.ask(contract, input, options)).value;
  }

  async ask<C extends Contract>(contract: C, input: unknown, { timeoutMs = this.timeoutMs, ...meta }: RequestOptions = {}): Promise<Answer<Reply<C>>> {
    if (contract.group) return (await this.crowdOf(contract).add({ data: input, meta, until: performance.now() + timeoutMs })) as Answer<Reply<C>>;
    await (this.turn ??= this.nextTurn());
    return (await this.askOne(contract.subject, input, meta, timeoutMs)) as Answer<Reply<C>>;
  }

  /** Requests that come in crowds travel together: a message costs far more than what it carries. A lone one goes at once, as itself. */
  private crowdOf({ subject, group }: Contract): Batcher<Asked, Answer<unknown>> {
    let crowd = this.crowds.get(subject);
    if (!crowd) this.crowds.set(subject, (crowd = new Batcher((asked) => this.askTogether(subject, asked), { size: group!, gatherMs: GATHER_MS })));
    return crowd;
  }

  private async askTogether(subject: string, asked: Asked[]): Promise<PromiseSettledResult<Answer<unknown>>[]> {
    // they wait in the order in which they came, so that the first has the least time left
    const timeoutMs = Math.max(1, asked[0]!.until - performance.now());
    if (asked.length === 1) return Promise.allSettled([this.askOne(subject, asked[0]!.data, asked[0]!.meta, timeoutMs)]);
    const packets = cut(asked.map(({ data, meta }) => JSON.stringify({ data, meta })), this.connection.info?.max_payload);
    return (await Promise.all(packets.map((packet) => this.askPacket(subject, packet, timeoutMs)))).flat();
  }

  private async askPacket(subject: string, packet: string[], timeout: number): Promise<PromiseSettledResult<Answer<unknown>>[]> {
    try {
      const body = `{"pattern":${JSON.stringify(subject)},"id":"${(this.next += 1)}","group":[${packet.join(',')}]}`;
      const message = await this.send(subject, body, { timeout });
      return message.json<GroupReply>().group.map(settled);
    } catch (reason) {
      return packet.map(() => ({ status: 'rejected', reason }));
    }
  }

  private async askOne(subject: string, data: unknown, meta: RequestMeta, timeout: number): Promise<Answer<unknown>> {
    const headers = headersOf(meta);
    const body = JSON.stringify({ pattern: subject, data, id: String((this.next += 1)) });
    const message = await this.send(subject, body, { timeout, ...(headers && { headers }) });
    const result = settled({ ...message.json<Envelope>(), replayed: message.headers?.has(HEADERS.replayed) ?? false });
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  }

  private async send(subject: string, body: string, options: { timeout: number; headers?: MsgHdrs }): Promise<Msg> {
    try {
      return await this.connection.request(subject, body, options);
    } catch (error) {
      if (error instanceof TimeoutError || error instanceof RequestError || isClosed(error)) throw new Refusal('unavailable', { retryAfterSeconds: 1 });
      throw error;
    }
  }

  /** What is asked within one turn of the event loop goes to the broker in one write: system calls are what a request costs most. */
  private nextTurn(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        this.turn = undefined;
        resolve();
      });
    });
  }
}

function settled({ response, err, replayed = false }: Envelope): PromiseSettledResult<Answer<unknown>> {
  if (err === undefined) return { status: 'fulfilled', value: { value: response, replayed } };
  return { status: 'rejected', reason: replayed ? Object.assign(fromWire(err), { replayed }) : fromWire(err) };
}

const isClosed = (error: unknown): boolean =>
  error instanceof Error && ['ClosedConnectionError', 'ConnectionError', 'DrainingConnectionError', 'NoRespondersError', 'TimeoutError'].includes(error.name);

function headersOf({ requestId, actor, idempotency }: RequestMeta): MsgHdrs | undefined {
  if (!requestId && !actor && !idempotency) return undefined;
  const headers = natsHeaders();
  if (requestId) headers.set(HEADERS.requestId, requestId);
  if (actor) headers.set(HEADERS.actor, actor);
  if (idempotency) {
    headers.set(HEADERS.idempotencyKey, idempotency.key);
    headers.set(HEADERS.idempotencyBody, idempotency.bodyHash);
  }
  return headers;
}

export function metaOf(headers: MsgHdrs | undefined): RequestMeta {
  if (!headers) return {};
  const requestId = headers.get(HEADERS.requestId);
  const actor = headers.get(HEADERS.actor);
  const key = headers.get(HEADERS.idempotencyKey);
  const bodyHash = headers.get(HEADERS.idempotencyBody);
  return { ...(requestId && { requestId }), ...(actor && { actor }), ...(key && bodyHash && { idempotency: { key, bodyHash } }) };
}
