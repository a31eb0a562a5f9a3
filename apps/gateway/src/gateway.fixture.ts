import { createHmac } from 'node:crypto';
import { connect, headers as natsHeaders, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { readEnv } from '@referrals/config';
import { fraud, ROOMS, type KeyScope } from '@referrals/contracts';
import { makeBoxKeyPair } from '@referrals/messaging';
import { startTestNats, TestDatabase, type TestNats } from '@referrals/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type RunningGateway } from './http.js';

export interface RoomCall {
  subject: string;
  data: Record<string, unknown>;
  header(name: string): string;
}

/** An answer of a room: `reply`, or a refusal as `err`; null stays silent. */
export type RoomAnswer = { reply?: unknown; err?: { code: string; [more: string]: unknown }; replayed?: boolean } | null;

export interface SentRequest {
  key?: string | null;
  body?: unknown;
  /** a body as it stands */
  raw?: string | Buffer;
  headers?: Record<string, string>;
}

export const ADMIN_KEY = 'an admin key for tests with more than 32 characters';
export const HOST_SECRET = 'a secret of the host with 32 characters';

/** A user's token as the host signs it. */
export function hostToken(sub: string, secret = HOST_SECRET): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode({ alg: 'HS256' })}.${encode({ sub, exp: Math.floor(Date.now() / 1_000) + 60 })}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const ANYTHING = { id: '0199aaaa-0000-7000-8000-000000000001', outcome: 'applied', error: null, status: 'succeeded', data: [], nextCursor: null, token: 'a.b', expiresAt: '2030-01-01T00:00:00.000Z' };

/** A gateway on a database of its own; a plain connection to a NATS server of its own stands for the rooms, as an outside program would. */
export class GatewayFixture {
  readonly calls: RoomCall[] = [];
  private readonly answers = new Map<string, (call: RoomCall) => RoomAnswer>();
  readonly boxKey = { keyId: 'k1', ...makeBoxKeyPair() };

  private constructor(
    readonly database: TestDatabase,
    readonly gateway: RunningGateway,
    private readonly nats: TestNats,
    private readonly rooms: NatsConnection,
    private readonly folder: string,
  ) {}

  static async start(variables: Record<string, string> = {}, { fraudIsUp = true } = {}): Promise<GatewayFixture> {
    const [nats, database] = await Promise.all([startTestNats(), TestDatabase.create()]);
    const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
    const rooms = await connect({ servers: nats.url });
    const gateway = await startGateway(
      readEnv({
        PORT: '0', NATS_URL: nats.url, GATEWAY_DATABASE_URL: database.urlOf('gateway'), DATA_DIR: folder, ADMIN_API_KEY: ADMIN_KEY,
        LOG_FILE: join(folder, 'log'), ...variables,
      }),
    );
    const fixture = new GatewayFixture(database, gateway, nats, rooms, folder);
    if (fraudIsUp) fixture.on(fraud.getSealingKey.subject, () => ({ reply: { keyId: fixture.boxKey.keyId, publicKey: fixture.boxKey.publicKey } }));
    else fixture.on(fraud.getSealingKey.subject, () => null);
    for (const room of ROOMS) fixture.on(`${room}.health`, () => ({ reply: { ok: true, unsent: 0 } }));
    fixture.serve();
    await rooms.flush();
    return fixture;
  }

  get natsUrl(): string {
    return this.nats.url;
  }

  get logFile(): string {
    return join(this.folder, 'log');
  }

  on(subject: string, answer: (call: RoomCall) => RoomAnswer): void {
    this.answers.set(subject, answer);
  }

  /** What the rooms were asked, apart from what the gateway asks of its own accord. */
  asked(): RoomCall[] {
    return this.calls.filter(({ subject }) => !subject.endsWith('.health') && subject !== fraud.getSealingKey.subject);
  }

  request(method: string, path: string, { key = ADMIN_KEY, body, raw, headers = {} }: SentRequest = {}): Promise<Response> {
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    return fetch(this.gateway.url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(content !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(content !== undefined && { body: content }),
    });
  }

  async createKey(scope: KeyScope, more: object = {}): Promise<{ id: string; key: string }> {
    const answer = await this.request('POST', '/v1/api-keys', { body: { scope, ...more } });
    return (await answer.json()) as { id: string; key: string };
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await this.rooms.close();
    await this.nats.stop();
    await this.database.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private serve(): void {
    for (const room of ROOMS) {
      this.rooms.subscribe(`${room}.*`, {
        queue: room,
        callback: (_error, message) => {
          const { data, id } = message.json<{ data: Record<string, unknown>; id: string }>();
          const call: RoomCall = { subject: message.subject, data, header: (name) => message.headers?.get(name) ?? '' };
          this.calls.push(call);
          const given = this.answers.get(message.subject);
          const answer = given ? given(call) : { reply: ANYTHING };
          if (!answer) return;
          message.respond(JSON.stringify({ ...(answer.err ? { err: answer.err } : { response: answer.reply }), isDisposed: true, id }), {
            headers: marked(answer.replayed),
          });
        },
      });
    }
  }
}

function marked(replayed = false): MsgHdrs {
  const headers = natsHeaders();
  if (replayed) headers.set('idempotent-replayed', 'true');
  return headers;
}
