import { describe, expect, test } from '@jest/globals';
import { readEnv } from '@referrals/config';
import { connect } from 'node:net';
import { ADMIN_KEY, GatewayFixture } from './gateway.fixture.js';
import { startGateway } from './http.js';

describe('the gateway', () => {
  test('answers what is under way before it ends', async () => {
    const gateway = await GatewayFixture.start();
    gateway.on('rewards.getTier', () => null);
    const slow = gateway.request('GET', '/v1/users/u1/tier');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await gateway.stop();
    expect((await slow).status).toBe(503);
  });

  test('refuses a port in use in one line', async () => {
    const gateway = await GatewayFixture.start();
    try {
      const env = readEnv({
        PORT: String(gateway.gateway.port), NATS_URL: gateway.natsUrl, GATEWAY_DATABASE_URL: gateway.database.urlOf('gateway'),
        ADMIN_API_KEY: ADMIN_KEY, LOG_LEVEL: 'silent',
      });
      await expect(startGateway(env)).rejects.toThrow(/^port \d+ of 127.0.0.1 is in use: [^\n]+$/);
    } finally {
      await gateway.stop();
    }
  });

  test('takes contexts only once a key is known, and everything else at once', async () => {
    const gateway = await GatewayFixture.start({}, { fraudIsUp: false });
    try {
      const activity = { id: 'a1', userId: 'u1', kind: 'login' };
      const sealed = await gateway.request('POST', '/v1/activity', { body: { ...activity, context: { ip: '203.0.113.8' } } });
      expect([sealed.status, ((await sealed.json()) as { code: string }).code]).toEqual([503, 'unavailable']);
      expect((await gateway.request('POST', '/v1/activity', { body: activity })).status).toBe(202);
      expect(gateway.asked()).toHaveLength(1);
      const unready = await gateway.request('GET', '/health/ready', { key: null });
      expect([unready.status, await unready.json()]).toEqual([503, expect.objectContaining({ checks: expect.objectContaining({ sealing: 'unavailable', fraud: 'ok' }) })]);

      gateway.on('fraud.getSealingKey', () => ({ reply: { keyId: gateway.boxKey.keyId, publicKey: gateway.boxKey.publicKey } }));
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect((await gateway.request('GET', '/health/ready', { key: null })).status).toBe(200);
      expect((await gateway.request('POST', '/v1/activity', { body: { ...activity, context: { ip: '203.0.113.8' } } })).status).toBe(202);
    } finally {
      await gateway.stop();
    }
  });

  test('closes a connection whose headers do not come', async () => {
    const gateway = await GatewayFixture.start();
    try {
      const start = performance.now();
      const answer = await new Promise<string>((resolve) => {
        let text = '';
        const socket = connect(gateway.gateway.port, '127.0.0.1', () => socket.write('GET /health/live HTTP/1.1\r\nHost:'));
        socket.on('data', (bytes) => (text += bytes.toString()));
        socket.on('close', () => resolve(text));
      });
      expect(answer).toMatch(/^HTTP\/1.1 408 /);
      expect(performance.now() - start).toBeLessThan(8_000);
    } finally {
      await gateway.stop();
    }
  });
});
