import pg from 'pg';
import { Connection, type Request } from './http.js';
import { quantile } from './measure.js';

export interface LoadResult {
  /** accepted */
  perSecond: number;
  accepted: number;
  refused: number;
  /** by status, how many were refused: `429 × 3` */
  refusals: string;
  p50Ms: number;
  p99Ms: number;
}

interface Closed {
  /** who work at once, each one thing at a time */
  clients: number;
  seconds: number;
  /** when it is over earlier */
  until?: () => boolean;
}

/** Each client does one thing after the other until the time is over. @param work says why it was refused; null when it was not */
async function closedLoop({ clients, seconds, until: isOver = () => false }: Closed, work: (client: number) => Promise<string | null>): Promise<LoadResult> {
  const latencies: number[] = [];
  const reasons = new Map<string, number>();
  let accepted = 0;
  const from = performance.now();
  const until = from + seconds * 1_000;
  await Promise.all(Array.from({ length: clients }, async (_, client) => {
    for (let sent = performance.now(); sent < until && !isOver(); sent = performance.now()) {
      const reason = await work(client);
      if (reason === null) accepted += 1;
      else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      latencies.push(performance.now() - sent);
    }
  }));
  const elapsed = (performance.now() - from) / 1_000;
  latencies.sort((a, b) => a - b);
  const refused = latencies.length - accepted;
  const refusals = [...reasons].map(([reason, count]) => `${reason} × ${count}`).join(', ');
  return { perSecond: accepted / elapsed, accepted, refused, refusals, p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
}

export interface HttpLoad extends Closed {
  /** one gateway, or several in turn */
  urls: string[];
  key?: string;
  request: () => Request;
  /** before each request, for a load that waits for what it has set off */
  gate?: () => Promise<void>;
  accepted?: (request: Request) => void;
}

/** Sends requests over kept-alive connections; 200 and 201 are accepted. */
export async function httpLoad({ urls, key, request, gate, accepted, ...closed }: HttpLoad): Promise<LoadResult> {
  const headers = key ? { authorization: `Bearer ${key}` } : undefined;
  const connections = await Promise.all(Array.from({ length: closed.clients }, (_, n) => Connection.open(urls[n % urls.length]!, headers)));
  try {
    return await closedLoop(closed, async (client) => {
      await gate?.();
      const sent = request();
      const { status } = await connections[client]!.send(sent);
      if (status !== 200 && status !== 201) return String(status);
      accepted?.(sent);
      return null;
    });
  } finally {
    for (const connection of connections) connection.close();
  }
}

export interface SqlLoad extends Closed {
  url: string;
  /** one statement, prepared once per connection; a row whose first column is null was refused */
  text: string;
  values: () => unknown[];
}

/** Calls a statement over connections with the settings of the rooms' own. */
export async function sqlLoad({ url, text, values, ...closed }: SqlLoad): Promise<LoadResult> {
  const pool = await Promise.all(Array.from({ length: closed.clients }, async () => {
    const client = new pg.Client({ connectionString: url, options: '-c jit=off -c enable_seqscan=off' });
    client.on('error', () => undefined); // a bench that is interrupted takes its server away
    await client.connect();
    return client;
  }));
  try {
    return await closedLoop(closed, async (client) => {
      const { rows } = await pool[client]!.query<unknown[]>({ name: 'work', text, values: values(), rowMode: 'array' });
      return rows.length > 0 && rows[0]![0] !== null ? null : 'refused by the call';
    });
  } finally {
    await Promise.all(pool.map((client) => client.end()));
  }
}
