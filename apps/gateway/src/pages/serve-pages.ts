import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '@referrals/domain';
import { sendProblem } from '../http/problem.js';
import { compressed, readPageFiles, type PageFile } from './page-files.js';

/** A year: the name of such a file changes with what is in it. */
const FOR_GOOD = 'public, max-age=31536000, immutable';

/**
 * Scripts and requests of our own origin alone, and no inline style without this answer's nonce: the component library
 * writes its theme into a style tag. Styles set by scripts are no inline styles.
 */
const policyWith = (nonce: string): string =>
  [
    "default-src 'none'", "script-src 'self'", `style-src 'self' 'nonce-${nonce}'`, "img-src 'self' blob:", "font-src 'self'", "connect-src 'self'",
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ].join('; ');

/** `/console` for operators and `/portal` for referrers: static files, and the page itself for every other path below them. */
export function servePages(server: FastifyInstance): void {
  const files = readPageFiles();
  for (const page of ['console', 'portal']) {
    const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
      const rest = (request.params as { '*'?: string })['*'] ?? '';
      if (rest.startsWith('assets/')) return sendAsset(request, reply, files.get(rest));
      return sendIndex(request, reply, files.get(`${page}.html`));
    };
    server.get(`/${page}`, answer);
    server.get(`/${page}/*`, answer);
  }
}

function sendAsset(request: FastifyRequest, reply: FastifyReply, file: PageFile | undefined): FastifyReply {
  if (!file) return missing(request, reply);
  void reply.headers({ 'cache-control': FOR_GOOD, 'content-type': file.type, etag: file.etag, vary: 'accept-encoding' });
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  if (!/\bbr\b/.test(String(request.headers['accept-encoding']))) return reply.send(file.body);
  return reply.header('content-encoding', 'br').send(compressed(file));
}

function sendIndex(request: FastifyRequest, reply: FastifyReply, file: PageFile | undefined): FastifyReply {
  if (!file) return missing(request, reply);
  const nonce = randomBytes(16).toString('base64');
  return reply.headers({ 'content-type': file.type, 'cache-control': 'no-store', 'content-security-policy': policyWith(nonce) }).send(file.body.toString().replace('__NONCE__', nonce));
}

function missing(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  sendProblem(request, reply, new Refusal('not_found'));
  return reply;
}
