import { Agent, request } from 'node:http';

export interface LoadResult {
  perSecond: number;
  accepted: number;
  refused: number;
  p50Ms: number;
  p99Ms: number;
}

/** Posts bodies over `connections` kept-alive connections, one request each at a time. */
export async function load(url: string, key: string, path: string, connections: number, seconds: number, bodyOf: () => object): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const target = new URL(path, url);
  const latencies: number[] = [];
  let [accepted, refused] = [0, 0];
  const from = performance.now();
  const until = from + seconds * 1_000;
  const work = async (n: number): Promise<void> => {
    for (let turn = 0; performance.now() < until; turn += 1) {
      const sent = performance.now();
      const status = await post(agent, target, key, JSON.stringify(bodyOf()), `${from.toFixed(3)}-${n}-${turn}`);
      latencies.push(performance.now() - sent);
      if (status === 201) accepted += 1;
      else refused += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, n) => work(n)));
  const elapsed = (performance.now() - from) / 1_000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? 0;
  return { perSecond: accepted / elapsed, accepted, refused, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function post(agent: Agent, target: URL, key: string, body: string, idempotencyKey: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'idempotency-key': idempotencyKey,
    };
    const outgoing = request(target, { agent, method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
