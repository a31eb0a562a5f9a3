import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

interface Delivered {
  id: string;
  type: string;
  aggregateId: string;
}

export type Mood = 'works' | 'answers 500' | 'hangs' | 'redirects' | 'closes mid-body';

/** A host's end of a webhook that behaves badly as long as it is told to, at one address all the time. What it takes it verifies as hosts do. */
export class MoodyReceiver {
  readonly received: Delivered[] = [];
  readonly paths = new Set<string>();
  badSignatures = 0;
  secret = '';
  private now: Mood = 'works';
  private readonly hanging = new Set<ServerResponse>();
  private server: Server | undefined;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  get mood(): Mood {
    return this.now;
  }

  /** Who was kept waiting is let go, so that nobody waits for the last mood. */
  set mood(mood: Mood) {
    this.now = mood;
    for (const response of this.hanging) response.destroy();
    this.hanging.clear();
  }

  async start(): Promise<void> {
    this.server = createServer((request, response) => void this.hear(request, response));
    await new Promise<void>((done) => this.server!.listen(this.port, '127.0.0.1', done));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.server!.close(done));
    this.server!.closeAllConnections();
    await ended;
  }

  private async hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.paths.add(request.url!);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const event = this.verified(Buffer.concat(chunks).toString(), request);
    switch (this.mood) {
      case 'works':
        if (event) this.received.push(event);
        response.writeHead(204).end();
        break;
      case 'answers 500':
        response.writeHead(500).end('no');
        break;
      case 'redirects':
        response.writeHead(302, { location: this.url.replace('hook', 'elsewhere') }).end();
        break;
      case 'closes mid-body':
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{', () => response.destroy());
        break;
      case 'hangs':
        this.hanging.add(response);
        break;
    }
  }

  private verified(body: string, request: IncomingMessage): Delivered | null {
    try {
      return new Webhook(this.secret).verify(body, request.headers as Record<string, string>) as Delivered;
    } catch {
      this.badSignatures += 1;
      return null;
    }
  }
}
