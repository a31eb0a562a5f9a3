import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ForbiddenAddress, isForbiddenLiteral, lookupAllowed } from './allowed-address.js';

export interface PostOptions {
  allowPrivate: boolean;
  /** for everything, from resolving the name to the last byte of the answer */
  timeoutMs?: number;
}

/** What became of an attempt. `error` is a word, never what the receiver said. */
export interface Answer {
  status: number | null;
  error: string | null;
}

const TIMEOUT_MS = 5_000;
const ANSWER_BYTES = 64 * 1_024;

/**
 * One attempt on a connection of its own. Delivered is what is answered with 2xx in full; redirects are followed
 * nowhere, and of a long answer no more than 64 kB is read.
 */
export async function postWebhook(address: string, body: string, headers: Record<string, string>, { allowPrivate, timeoutMs = TIMEOUT_MS }: PostOptions): Promise<Answer> {
  const url = new URL(address);
  if (isForbiddenLiteral(url, allowPrivate)) return { status: null, error: 'forbidden_address' };
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const status = await exchange(url, body, headers, allowPrivate, signal);
    if (status >= 200 && status < 300) return { status, error: null };
    return { status, error: status >= 300 && status < 400 ? 'redirected' : 'refused' };
  } catch (error) {
    return { status: null, error: signal.aborted ? 'timed_out' : wordOf(error) };
  }
}

function exchange(url: URL, body: string, headers: Record<string, string>, allowPrivate: boolean, signal: AbortSignal): Promise<number> {
  return new Promise((done, failed) => {
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = open(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'user-agent': 'referrals-webhooks', ...headers },
      agent: false,
      lookup: lookupAllowed(allowPrivate),
      signal,
    });
    request.once('error', failed);
    request.once('response', (response) => {
      readAtMost(response, ANSWER_BYTES).then(() => {
        request.destroy();
        done(response.statusCode!);
      }, failed);
    });
    request.end(body);
  });
}

/** @throws when the connection ends before the answer does */
function readAtMost(response: IncomingMessage, bytes: number): Promise<void> {
  return new Promise((done, failed) => {
    let seen = 0;
    response.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      if (seen > bytes) done();
    });
    response.once('end', done);
    response.once('error', failed);
    response.once('close', () => failed(new Error('closed')));
  });
}

function wordOf(error: unknown): string {
  if (error instanceof ForbiddenAddress) return 'forbidden_address';
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name_not_resolved';
  if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'not_reachable';
  return 'connection_lost';
}
