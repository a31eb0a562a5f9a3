import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** A port on 127.0.0.1 that nobody listens on: the preferred one when it is free. */
export async function freePort(preferred = 0): Promise<number> {
  return (await probe(preferred)) ?? (await probe(0)) ?? Promise.reject(new Error('no free port on 127.0.0.1'));
}

/**
 * The given port, else the one in `file`, which is the last start's, else a free one, which is kept there.
 * @throws Error in one line when the given port is taken
 */
export async function choosePort(file: string, given?: number): Promise<number> {
  if (given) {
    if ((await probe(given)) === undefined) throw new Error(`port ${given} on 127.0.0.1 is in use`);
    return given;
  }
  const port = await freePort(existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0);
  writeFileSync(file, String(port));
  return port;
}

function probe(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
