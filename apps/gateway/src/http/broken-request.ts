import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { problem, PROBLEM_TYPE, type ProtocolCode } from './problem.js';

const CODES: Record<string, [number, ProtocolCode]> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout'],
};

/** What is no HTTP, or comes too slowly, gets a problem as well, and the connection ends. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code] = CODES[error.code ?? ''] ?? [400, 'bad_request' as const];
  const body = JSON.stringify(problem(code, status));
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, `Content-Type: ${PROBLEM_TYPE}`, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close'];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
