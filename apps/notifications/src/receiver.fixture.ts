import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Delivered {
  id: string;
  type: string;
  sequence: number;
}

type Mood = (request: IncomingMessage, response: ServerResponse) => 'accepted' | 'refused';

export const accept: Mood = (_request, response) => {
  response.writeHead(200).end('{}');
  return 'accepted';
};
export const MOODS: Record<string, Mood> = {
  'answers 500': (_request, response) => {
    response.writeHead(500).end('no');
    return 'refused';
  },
  hangs: () => 'refused',
  redirects: (request, response) => {
    response.writeHead(302, { location: `http://${request.headers.host}/elsewhere` }).end();
    return 'refused';
  },
  'closes mid-body': (_request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{', () => response.destroy());
    return 'refused';
  },
};

/** A host's receiver, with moods. What it accepts it verifies with the public library first. */
export class Receiver {
  readonly accepted: Delivered[] = [];
  readonly paths = new Set<string>();
  attempts = 0;
  badSignatures = 0;
  secret = '';
  mood: Mood = accept;
  private server: Server | undefined;
  private port = 0;

  async start(): Promise<string> {
    this.server = createServer((request, response) => void this.receive(request, response));
    await new Promise<void>((done) => this.server!.listen(this.port, '127.0.0.1', done));
    this.port = (this.server.address() as AddressInfo).port;
    return `http://127.0.0.1:${this.port}/hook`;
  }

  async stop(): Promise<void> {
    if (!this.server) return;
    this.server.closeAllConnections();
    await new Promise((done) => this.server!.close(done));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    this.attempts += 1;
    this.paths.add(request.url!);
    const event = this.verified(body, request);
    if (!event) response.writeHead(400).end();
    else if (this.mood(request, response) === 'accepted') this.accepted.push(event);
  }

  private verified(body: string, request: IncomingMessage): Delivered | null {
    try {
      const event = new Webhook(this.secret).verify(body, request.headers as Record<string, string>) as Delivered;
      if (event.id !== request.headers['webhook-id']) throw new Error('another id');
      return event;
    } catch {
      this.badSignatures += 1;
      return null;
    }
  }
}
