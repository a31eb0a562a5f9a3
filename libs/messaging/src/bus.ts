import { headers as natsHeaders, RequestError, TimeoutError, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { Refusal } from '@referrals/domain';
import type { Contract, Input, Reply } from '@referrals/contracts';
import type { z } from 'zod';
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

/** Requests to other rooms over core NATS, in the envelope of the framework's NATS transport. */
export class Bus {
  private next = 0;
  private turn: Promise<void> | undefined;

  constructor(
    readonly connection: NatsConnection,
    private readonly timeoutMs = 1_800,
  ) {}

  /** @throws Refusal: the room's own, or `unavailable` when no answer came in time (the outcome is then unknown) */
  async request<C extends Contract>(contract: C, input: z.input<C['request']> | Input<C>, options: RequestOptions = {}): Promise<Reply<C>> {
    return (await this.ask(contract, input, options)).value;
  }

  async ask<C extends Contract>(contract: C, input: unknown, options: RequestOptions = {}): Promise<Answer<Reply<C>>> {
    const id = String((this.next += 1));
    const packet = JSON.stringify({ pattern: contract.subject, data: input, id });
    const headers = headersOf(options);
    try {
      const timeout = options.timeoutMs ?? this.timeoutMs;
      await (this.turn ??= this.nextTurn());
      const message = await this.connection.request(contract.subject, packet, { timeout, ...(headers && { headers }) });
      const envelope = message.json<{ response?: unknown; err?: unknown }>();
      const replayed = message.headers?.has(HEADERS.replayed) ?? false;
      if (envelope.err !== undefined) throw replayed ? Object.assign(fromWire(envelope.err), { replayed }) : fromWire(envelope.err);
      return { value: envelope.response as Reply<C>, replayed };
    } catch (error) {
      if (error instanceof Refusal) throw error;
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
