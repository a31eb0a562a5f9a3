/** What JSON holds, as a host without our types looks at it. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Answer {
  status: number;
  body: Json;
  headers: Headers;
}

/** An HTTP client as a host would write one. */
export class Client {
  constructor(
    readonly url: string,
    private readonly key: string,
  ) {}

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers };
  }

  get = (path: string) => this.call('GET', path);
  post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) => this.call('POST', path, body, headers);
  put = (path: string, body: unknown) => this.call('PUT', path, body);
  patch = (path: string, body: unknown) => this.call('PATCH', path, body);

  /** @throws Error when there is none: a problem has a `code` too */
  codeOf = async (userId: string): Promise<string> => {
    const { status, body } = await this.tell('GET', `/v1/users/${userId}/code`);
    if (status !== 200) throw new Error(`the code of ${userId} was answered ${status} ${body.code}`);
    return body.code;
  };
  balance = async (userId: string, unit = 'credits'): Promise<{ available: number; held: number; debt: number }> => {
    const { balances } = (await this.get(`/v1/users/${userId}/balances`)).body;
    return balances.find((entry: { unit: string }) => entry.unit === unit) ?? { unit, available: 0, held: 0, debt: 0 };
  };
  /** As a host does: what was answered with 503 is told again, which is always safe. */
  tell = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<Answer> => {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.call(method, path, body);
      if (answer.status !== 503 || tries >= 10) return answer;
      await new Promise((resolve) => setTimeout(resolve, tries * 50));
    }
  };
  setClock = async (now: Date | string, running = false): Promise<void> => {
    const { status } = await this.tell('PUT', '/v1/test-clock', { now: new Date(now).toISOString(), running });
    if (status !== 200) throw new Error(`the test clock answered ${status}`);
  };
  runJob = async (name: string) => (await this.post(`/v1/jobs/${name}/runs`)).body;
}

/** Several at a time, as a host's requests come: their order does not matter. */
export async function together<Item>(items: Iterable<Item>, work: (item: Item) => Promise<unknown>, atOnce = 8): Promise<void> {
  const waiting = [...items].values();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const item of waiting) await work(item);
  }));
}

/** Repeats until the assertion holds: what other rooms derive from an answer comes within a second, not with it. */
export async function eventually<T>(assertion: () => Promise<T>, withinMs = 10_000): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
