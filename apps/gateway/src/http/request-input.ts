import { Id, type Input, type RoutedContract } from '@referrals/contracts';
import { Refusal, type FieldError } from '@referrals/domain';
import { validate } from '@referrals/messaging';
import type { FastifyRequest } from 'fastify';

type Fields = Record<string, unknown>;
const NONE: Fields = Object.freeze({});

/** Path parameters of a route, `{userId}` each. */
export const paramsOf = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
export const takesBody = (method: string): boolean => method === 'POST' || method === 'PUT' || method === 'PATCH';

/**
 * Makes the reader of a route's requests: path parameters and body (or query, where there is no body) as one object,
 * checked by the contract's schema. A body never overrides a path parameter: there it is an unknown field. What cannot be an
 * id of ours is not found where one belongs in a path, like one that nothing has.
 */
export function inputReader<C extends RoutedContract>(contract: C): (request: FastifyRequest) => Input<C> {
  const { method, path, request: ofHttp } = contract.http;
  const schema = ofHttp ?? contract.request;
  const params = paramsOf(path);
  const hasBody = takesBody(method);
  const shape = shapeOf(schema);
  const fields = Object.keys(shape).filter((name) => !params.includes(name));
  const ids = params.filter((name) => shape[name] === Id);

  // what is signed is read once its signature is known to be good
  if (contract.http.rawBodyBytes) return () => ({}) as Input<C>;
  return (request) => {
    if (ids.some((name) => !Id.safeParse((request.params as Fields)[name]).success)) throw new Refusal('not_found');
    const query = request.query as Fields;
    const body = bodyOf(request, hasBody && fields.length > 0);
    const sent = hasBody ? body : query;
    const strangers = params.filter((name) => Object.hasOwn(sent, name));
    const elsewhere = Object.keys(hasBody ? query : body);
    if (strangers.length > 0 || elsewhere.length > 0) throw new Refusal('invalid_request', { errors: [...strangers, ...elsewhere].map(unknown) });
    return validate(schema, params.length > 0 ? { ...sent, ...(request.params as Fields) } : { ...sent }) as Input<C>;
  };
}

const unknown = (path: string): FieldError => ({ path, message: 'unknown field' });

const shapeOf = (schema: unknown): Fields => (schema as { shape?: Fields }).shape ?? NONE;

/** An empty body is none; where fields are to come it is no JSON when it says that it is. */
function bodyOf(request: FastifyRequest, expected: boolean): Fields {
  const { body } = request;
  if (body === undefined) {
    if (expected && request.headers['content-type'] !== undefined) throw new Refusal('invalid_json', { message: 'the body is empty' });
    return NONE;
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal('invalid_request', { errors: [{ path: '', message: 'the body must be an object' }] });
  }
  return body as Fields;
}
