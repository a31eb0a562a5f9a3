import 'reflect-metadata';
import { Req, RequestMapping, RequestMethod, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { Input, Reply, RoutedContract, Contract } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Answer } from '@referrals/messaging';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callOf, type Call } from './call.js';
import { inputReader } from './request-input.js';
import { sendProblem } from './problem.js';

/** A reply that is longer than a process should hold: the text of its JSON. */
export interface Streamed {
  stream: Readable;
}

/** A controller's method: the checked request and what is known of its caller, answered with the reply alone or a room's answer. */
export type Handler<C extends Contract> = (input: Input<C>, call: Call) => Promise<Answer<Reply<C>> | Streamed>;

/** In the configuration of a Fastify route: what hooks look up. */
export interface RouteInfo {
  contract?: RoutedContract;
}

const CONTRACT = Symbol('contract');

/**
 * Binds a method to a contract's HTTP part: method, path, scope, statuses, idempotency and validation come from there.
 * The framework only routes; there are no pipes or interceptors on the way.
 */
export function Route<C extends Contract>(contract: C) {
  const routed = contract as unknown as RoutedContract;
  if (!routed.http) throw new Error(`${contract.subject} has no HTTP part`);
  const read = inputReader(routed);
  const { method, path } = routed.http;
  return <T extends Handler<C>>(target: object, key: string, descriptor: TypedPropertyDescriptor<T>): void => {
    const handler = descriptor.value!;
    const bound = async function (this: object, request: FastifyRequest, reply: FastifyReply): Promise<void> {
      try {
        const input = read(request) as Input<C>;
        send(routed, reply, await handler.call(this, input, callOf(routed, request, reply)));
      } catch (error) {
        fail(request, reply, error);
      }
    };
    descriptor.value = bound as never;
    Req()(target, key, 0);
    Res()(target, key, 1);
    RequestMapping({ method: RequestMethod[method], path: path.replace(/\{(\w+)\}/g, ':$1') })(target, key, descriptor);
    RouteConfig({ contract: routed } satisfies RouteInfo)(target, key, descriptor);
    Reflect.defineMetadata(CONTRACT, routed, bound);
  };
}

/** The contracts that a controller's methods are bound to. */
export function contractsOf(controller: { prototype: object }): RoutedContract[] {
  const methods = Object.values(Object.getOwnPropertyDescriptors(controller.prototype)).map(({ value }) => value as unknown);
  const bound = methods.filter((method) => typeof method === 'function').map((method) => Reflect.getMetadata(CONTRACT, method) as RoutedContract | undefined);
  return bound.filter((contract) => contract !== undefined);
}

const JSON_TYPE = 'application/json; charset=utf-8';

function send({ http }: RoutedContract, reply: FastifyReply, answer: (Answer<unknown> & { headers?: Record<string, string> }) | Streamed): void {
  if ('stream' in answer) return void reply.header('content-type', JSON_TYPE).send(answer.stream);
  const { value, replayed, headers } = answer;
  const status = typeof http.status === 'function' ? http.status(value as never) : (http.status ?? 200);
  void reply.code(status);
  if (headers) void reply.headers(headers);
  if (replayed) void reply.header('idempotent-replayed', 'true');
  if (status === 302) redirect(reply, value as { location: string; cookie: string | null });
  else if (status === 204) void reply.send();
  else if (http.contentType) void reply.header('content-type', http.contentType).send(value);
  else void reply.header('content-type', JSON_TYPE).send(JSON.stringify(value));
}

function redirect(reply: FastifyReply, { location, cookie }: { location: string; cookie: string | null }): void {
  if (cookie) void reply.header('set-cookie', cookie);
  void reply.header('location', location).send();
}

/** A fault of ours goes on to the framework's filter, which logs it. */
function fail(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
  if (!(error instanceof Refusal) || error.code === 'internal') throw error;
  sendProblem(request, reply, error);
}
