import { createHmac } from 'node:crypto';
import type { Secrets } from '@referrals/config';
import { Webhook } from 'standardwebhooks';

/**
 * Secrets are derived, not stored: from a key in the data folder, the endpoint and the version of its secret. So neither
 * the database nor a copy of it can sign in our name.
 */
export class EndpointSecrets {
  private readonly key: Buffer;

  constructor(secrets: Secrets) {
    this.key = Buffer.from(secrets.get('webhook-secrets'), 'base64url');
  }

  /** As the receiver's library takes it: `whsec_` and base64. */
  secretOf(endpointId: string, version: number): string {
    return `whsec_${createHmac('sha256', this.key).update(`${endpointId}:${version}`).digest('base64')}`;
  }

  /** The headers of Standard Webhooks; two signatures while an old secret still counts. */
  headersOf(endpoint: { id: string; secretVersion: number; isPreviousValid: boolean }, eventId: string, body: string, now: Date): Record<string, string> {
    const versions = endpoint.isPreviousValid ? [endpoint.secretVersion, endpoint.secretVersion - 1] : [endpoint.secretVersion];
    const signatures = versions.map((version) => new Webhook(this.secretOf(endpoint.id, version)).sign(eventId, now, body));
    return {
      'webhook-id': eventId,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': signatures.join(' '),
    };
  }
}
