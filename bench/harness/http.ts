import { connect, type Socket } from 'node:net';

export interface Request {
  path: string;
  method?: 'GET' | 'POST';
  /** as it goes over the wire */
  body?: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  body: string;
}

const HEAD_END = '\r\n\r\n';

/**
 * One kept-alive HTTP/1.1 connection, one request at a time. It does no more than a load needs, because it shares the cores with what it measures:
 * answers must carry their length, as the gateway's do.
 */
export class Connection {
  private received = '';
  private waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;
  private readonly head: string;

  private constructor(
    private readonly socket: Socket,
    url: URL,
    headers: Record<string, string>,
  ) {
    this.head = `host: ${url.host}\r\n${linesOf(headers)}`;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text: string) => this.take(text));
    const fail = (error: Error): void => this.waiting?.reject(error);
    socket.on('error', fail).on('close', () => fail(new Error('the connection was closed')));
  }

  /** @param headers sent with every request */
  static open(base: string, headers: Record<string, string> = {}): Promise<Connection> {
    const url = new URL(base);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(url.port), url.hostname);
      socket.once('connect', () => resolve(new Connection(socket, url, headers))).once('error', reject);
    });
  }

  send({ method = 'POST', path, body = '', headers = {} }: Request): Promise<Answer> {
    const content = method === 'GET' ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(`${method} ${path} HTTP/1.1\r\n${this.head}${linesOf(headers)}${content}\r\n${body}`);
    });
  }

  close(): void {
    this.waiting = null;
    this.socket.destroy();
  }

  private take(text: string): void {
    this.received += text;
    const end = this.received.indexOf(HEAD_END);
    if (end < 0) return;
    const head = this.received.slice(0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const from = end + HEAD_END.length;
    if (this.received.length < from + length) return;
    const answer = { status: Number(head.slice(9, 12)), body: this.received.slice(from, from + length) };
    this.received = this.received.slice(from + length);
    const { waiting } = this;
    this.waiting = null;
    waiting?.resolve(answer);
  }
}

const linesOf = (headers: Record<string, string>): string => Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
