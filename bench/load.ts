import { connect, type Socket } from 'node:net';

export interface LoadResult {
  perSecond: number;
  accepted: number;
  refused: number;
  p50Ms: number;
  p99Ms: number;
}

/**
 * Posts bodies over `connections` kept-alive connections, one request each at a time. It writes and reads HTTP/1.1 on bare sockets: the client shares the
 * cores with what is measured, and Node's own client takes as much of them as the product's front door.
 */
export async function load(url: string, key: string, path: string, connections: number, seconds: number, bodyOf: () => object): Promise<LoadResult> {
  const { hostname, port, host } = new URL(url);
  const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`;
  const latencies: number[] = [];
  let [accepted, refused] = [0, 0];
  const from = performance.now();
  const until = from + seconds * 1_000;
  const work = async (n: number): Promise<void> => {
    const caller = await Caller.connect(hostname, Number(port));
    for (let turn = 0; performance.now() < until; turn += 1) {
      const body = JSON.stringify(bodyOf());
      const sent = performance.now();
      const status = await caller.call(
        `${head}content-length: ${Buffer.byteLength(body)}\r\nidempotency-key: ${from.toFixed(3)}-${n}-${turn}\r\n\r\n${body}`);
      latencies.push(performance.now() - sent);
      if (status === 201) accepted += 1;
      else refused += 1;
    }
    caller.end();
  };
  await Promise.all(Array.from({ length: connections }, (_, n) => work(n)));
  const elapsed = (performance.now() - from) / 1_000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? 0;
  return { perSecond: accepted / elapsed, accepted, refused, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** One kept-alive connection with one request at a time on it. */
class Caller {
  private answer = '';
  private resolve: ((status: number) => void) | undefined;
  private reject: ((error: Error) => void) | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.read(chunk));
    socket.on('error', (error) => this.reject?.(error));
    socket.on('close', () => this.reject?.(new Error('the connection was closed')));
  }

  static connect(host: string, port: number): Promise<Caller> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port }, () => resolve(new Caller(socket)));
      socket.once('error', reject);
    });
  }

  call(request: string): Promise<number> {
    return new Promise((resolve, reject) => {
      [this.resolve, this.reject] = [resolve, reject];
      this.socket.write(request);
    });
  }

  end(): void {
    this.reject = undefined;
    this.socket.destroy();
  }

  /** The product names the length of every answer. */
  private read(chunk: string): void {
    this.answer += chunk;
    const end = this.answer.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.answer)?.[1] ?? 0);
    if (this.answer.length < end + 4 + length) return;
    const status = Number(this.answer.slice(9, 12));
    this.answer = '';
    this.resolve!(status);
  }
}
