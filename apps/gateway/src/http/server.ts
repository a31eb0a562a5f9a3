import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import helmet from '@fastify/helmet';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '@referrals/domain';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ANYBODY, mayCall, type Caller } from '../keys/caller.js';
import type { Gateway } from '../gateway.js';
import { answerBrokenRequest } from './broken-request.js';
import { parseJsonBody } from './json-body.js';
import { sendProblem } from './problem.js';
import { newRequestId } from './request-id.js';
import type { RouteInfo } from './route.js';

const BODY_BYTES = 64 * 1_024;
const CONNECTIONS = 4_000;
/** longer than any answer takes to be made */
const STALLED_MS = 13_000;
const REQUEST_ID = /^[\w.-]{1,128}$/;
/** of a path parameter as it is written, percent signs and all: 128 characters of ours may take 9 signs each */
const PARAM_SIGNS = 1_152;

type Headers = Record<string, string>;

/** Fastify with the limits of a front door; Nest adds the routes. Forwarded addresses are not believed. */
export function frontDoor(headers: Headers): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    trustProxy: false,
    bodyLimit: BODY_BYTES,
    // whoever asked and does not take the answer is dropped the second time that nothing went either way for so long
    connectionTimeout: STALLED_MS,
    requestTimeout: 15_000,
    keepAliveTimeout: 65_000,
    http: { headersTimeout: 5_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 16 * 1_024 },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: PARAM_SIGNS },
    requestIdHeader: false,
    genReqId: (raw: IncomingMessage) => {
      const given = raw.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newRequestId();
    },
    // a path that cannot be decoded, or a parameter too long to be one: no path of ours
    frameworkErrors: (_error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      void reply.headers(headers).header('x-request-id', request.id);
      sendProblem(request, reply, new Refusal('not_found'));
    },
    clientErrorHandler: answerBrokenRequest,
    skipMiddie: true,
    multipart: false,
  });
  const server = adapter.getInstance<FastifyInstance>();
  server.server.maxConnections = CONNECTIONS;
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (routeOf(request)?.http.rawBodyBytes) return done(null, body);
    try {
      done(null, parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  return adapter;
}

/** What every request passes: request id and security headers, the key and its scope, the measurement. */
export function addHooks(app: NestFastifyApplication, { authenticator, metrics, log, door }: Gateway, headers: Headers): void {
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  server.decorateRequest('caller', null);
  server.addHook('onRoute', (route) => {
    const { contract }: RouteInfo = route.config ?? {};
    const bytes = contract?.http.rawBodyBytes ?? contract?.http.bodyBytes;
    if (bytes) route.bodyLimit = bytes;
  });
  server.addHook('onRequest', (request, reply, done) => {
    if (isOfUnknownLength(request)) return void reply.hijack();
    void reply.headers(headers).header('x-request-id', request.id);
    const route = routeOf(request)?.http;
    const scope = route?.scope ?? 'open';
    if (scope === 'open') {
      if (route?.path.startsWith('/r/')) return done(door.take(ANYBODY, request, reply));
      if (request.method !== 'OPTIONS') return done();
      door.cors.answerPreflight(request, reply).then((isAnswered) => (isAnswered ? undefined : done()), done);
      return;
    }
    const decide = (caller: Caller | null): void => {
      if (!caller || (scope === 'user' && !authenticator.knowsUsers)) return done(new Refusal('unauthenticated'));
      request.caller = caller;
      if (request.headers.origin) door.cors.allow(request.headers.origin, caller, reply);
      done(mayCall(caller, scope) ? door.take(caller, request, reply) : new Refusal('forbidden'));
    };
    const caller = authenticator.identify(request.headers.authorization);
    if (caller instanceof Promise) caller.then(decide, done);
    else decide(caller);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request)?.http.path ?? 'none';
    metrics.observe(route === 'none' ? 'any' : request.method, route, reply.statusCode, reply.elapsedTime / 1_000);
    if (log.isLevelEnabled('debug')) log.debug(lineOf(request, reply, route), 'request');
    done();
  });
}

const ended = new WeakSet<Socket>();

/**
 * Where a message's coding is unknown nobody can say where it ends: two readers would see different requests after it.
 * It is answered with a problem, and nothing more that comes over its connection is looked at.
 */
function isOfUnknownLength({ raw: { headers, socket } }: FastifyRequest): boolean {
  const coding = headers['transfer-encoding'];
  if (ended.has(socket)) return true;
  if (coding === undefined || coding.toLowerCase() === 'chunked') return false;
  ended.add(socket);
  answerBrokenRequest(new Error('unknown coding'), socket);
  return true;
}

const routeOf = (request: FastifyRequest) => (request.routeOptions.config as RouteInfo | undefined)?.contract;

const lineOf = (request: FastifyRequest, reply: FastifyReply, route: string): object => ({
  requestId: request.id, method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime), actor: request.caller?.actor,
});

/**
 * Helmet's headers for an API that is no page. They are the same for every answer, and working them out costs more than
 * the rest of a request's way through here: so helmet is asked once.
 */
export async function securityHeaders(): Promise<Headers> {
  const scratch = new FastifyAdapter().getInstance<FastifyInstance>();
  await scratch.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    referrerPolicy: { policy: 'no-referrer' },
  });
  scratch.get('/', async () => '');
  const answer = await scratch.inject('/');
  await scratch.close();
  const own = ['content-type', 'content-length', 'date', 'connection'];
  const set = Object.entries(answer.headers).filter(([name]) => !own.includes(name));
  return { ...Object.fromEntries(set.map(([name, value]) => [name, String(value)])), 'cache-control': 'no-store' };
}
