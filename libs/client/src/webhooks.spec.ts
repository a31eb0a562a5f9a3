import { describe, expect, it } from '@jest/globals';
import { events } from '@referrals/contracts';
import { Webhook } from 'standardwebhooks';
import { isEvent, verifyWebhook } from './webhooks.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const body = JSON.stringify({
  id: '0199aaaa-0000-7000-8000-000000000001', type: 'tier.changed', occurredAt: '2026-01-01T00:00:00.000Z', version: 1, aggregateId: 'till', sequence: 3,
  data: { userId: 'till', tier: 'silver', qualifiedCount: 10 },
});
const signed = (at = new Date(), secret = SECRET): Record<string, string> => ({
  'webhook-id': 'msg-1', 'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)), 'webhook-signature': new Webhook(secret).sign('msg-1', at, body),
});

describe('a webhook', () => {
  it('is read when it is signed, and its data has the type of its kind', () => {
    const event = verifyWebhook(body, signed(), SECRET);
    expect(isEvent(event, events.tierChanged) && event.data.tier).toBe('silver');
    expect(isEvent(event, events.bonusPaid)).toBe(false);
  });

  it('is read under either secret while one replaces the other', () => {
    expect(verifyWebhook(Buffer.from(body), signed(), OTHER, SECRET)).toMatchObject({ type: 'tier.changed' });
  });

  it.each([
    ['another secret', () => verifyWebhook(body, signed(new Date(), OTHER), SECRET)],
    ['a body that was changed', () => verifyWebhook(body.replace('silver', 'gold'), signed(), SECRET)],
    ['no signature', () => verifyWebhook(body, {}, SECRET)],
    ['a time of six minutes ago', () => verifyWebhook(body, signed(new Date(Date.now() - 360_000)), SECRET)],
    ['a time in six minutes', () => verifyWebhook(body, signed(new Date(Date.now() + 360_000)), SECRET)],
    ['no secret to compare with', () => verifyWebhook(body, signed())],
  ])('is refused with %s', (_what, read) => {
    expect(read).toThrow();
  });
});
