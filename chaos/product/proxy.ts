import { connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Random } from '../random.js';
import { wait } from '../wait.js';

/** A line between rooms and a server that can be slow, silent or cut. */
export class Proxy {
  private readonly lines = new Set<Socket>();
  private delayMs = 0;
  private open: Promise<void> | null = null;

  private constructor(
    private readonly server: Server,
    readonly port: number,
    /** where the server is now: a restart may have moved it */
    public target: number,
  ) {}

  static async start(target: number): Promise<Proxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const proxy = new Proxy(server, port, target);
    server.on('connection', (client) => proxy.join(client));
    return proxy;
  }

  /** The same address, through this proxy. */
  through(url: string): string {
    const changed = new URL(url);
    changed.port = String(this.port);
    return changed.toString();
  }

  private join(client: Socket): void {
    const upstream = connect(this.target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
    }
    const line = [client, upstream];
    this.lines.add(client);
    const end = (): void => {
      for (const socket of line) socket.destroy();
      this.lines.delete(client);
    };
    const gate = (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> => this.pass(source);
    void pipeline(client, gate, upstream).catch(end);
    void pipeline(upstream, gate, client).catch(end);
    client.once('close', end);
    upstream.once('close', end);
  }

  private async *pass(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      if (this.delayMs > 0) await wait(this.delayMs);
      if (this.open) await this.open;
      yield chunk;
    }
  }

  /** Every packet comes late for a while. */
  async slow(delayMs: number, forMs: number): Promise<void> {
    this.delayMs = delayMs;
    await wait(forMs);
    this.delayMs = 0;
  }

  /** Nothing comes through for a while, and nobody is told: what was sent arrives afterwards. */
  async silent(forMs: number): Promise<void> {
    let heal: () => void = () => undefined;
    this.open = new Promise((resolve) => (heal = resolve));
    await wait(forMs);
    this.open = null;
    heal();
  }

  /** Ends so many percent of the connections, each wherever it is. */
  cut(percent: number, random: Random): void {
    for (const client of this.lines) if (random.below(100) < percent) client.destroy();
  }

  async stop(): Promise<void> {
    this.cut(100, { below: () => 0 } as unknown as Random);
    await new Promise((resolve) => this.server.close(resolve));
  }
}
