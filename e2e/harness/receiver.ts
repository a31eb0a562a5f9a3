import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Receiver {
  url: string;
  /** the ids of what came, in order */
  ids: string[];
  stop(): void;
}

/** A host's end of a webhook, which takes whatever comes. */
export async function startReceiver(): Promise<Receiver> {
  const ids: string[] = [];
  const server: Server = createServer((request, response) => {
    ids.push(String(request.headers['webhook-id']));
    request.resume();
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    ids,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
