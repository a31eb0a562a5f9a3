import { Agent, request } from 'node:http';
import { relationships, rewards, type Contract } from '@referrals/contracts';
import type { Random } from '../random.js';
import type { Answer, Body, Sent, Verb } from './history.js';

/** What each verb asks for; the routes stand in the contracts. */
export const CONTRACTS: Record<Verb, Contract> = {
  register: relationships.register,
  activity: relationships.recordActivity,
  payment: rewards.applyPayment,
  refund: rewards.applyRefund,
  dispute: rewards.applyDispute,
  redeem: rewards.redeem,
};

/** A host's backend that speaks HTTP to whichever gateway it finds. */
export class HttpDoor {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 256 });

  constructor(
    private readonly urls: string[],
    private readonly adminKey: string,
    private readonly random: Random,
  ) {}

  send({ verb, body, key }: Sent): Promise<Answer> {
    const { path, rest } = placed(CONTRACTS[verb].http!.path, body);
    return this.call('POST', path, JSON.stringify(rest), key === null ? {} : { 'idempotency-key': key });
  }

  call(method: string, path: string, text: string | null = null, more: Record<string, string> = {}): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${this.adminKey}`, ...(text !== null && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }), ...more,
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, this.random.pick(this.urls)), { agent: this.agent, method, headers, timeout: 5_000 }, (answer) => {
        let said = '';
        answer.on('data', (chunk: Buffer) => (said += chunk.toString()));
        answer.on('error', reject);
        answer.on('end', () => {
          try {
            const body = said === '' ? {} : (JSON.parse(said) as Body);
            resolve({ status: answer.statusCode ?? 0, code: (body['code'] as string | undefined) ?? null, body });
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }

  async areReady(): Promise<boolean> {
    const answers = await Promise.all(this.urls.map((url) => fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3_000) }).catch(() => null)));
    return answers.every((answer) => answer?.status === 200);
  }

  close(): void {
    this.agent.destroy();
  }
}

/** Puts what the path names into the path. */
function placed(template: string, body: Body): { path: string; rest: Body } {
  const rest = { ...body };
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    delete rest[name];
    return encodeURIComponent(String(body[name]));
  });
  return { path, rest };
}
