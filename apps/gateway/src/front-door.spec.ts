import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { ADMIN_KEY, GatewayFixture } from './gateway.fixture.js';

describe('slow clients', () => {
  test('five hundred of them are dropped within ten seconds, and others are served meanwhile', async () => {
    const gateway = await GatewayFixture.start();
    try {
      const start = performance.now();
      const ends = Array.from({ length: 500 }, () => new Promise<number>((resolve, reject) => {
        const socket = connect(gateway.gateway.port, '127.0.0.1', () => socket.write('POST /v1/referrals HTTP/1.1\r\nHost: x\r\nX-Slow: '));
        const drip = setInterval(() => socket.writable && socket.write('a'), 1_000);
        socket.on('error', () => undefined);
        socket.on('data', () => undefined);
        socket.on('close', () => {
          clearInterval(drip);
          resolve(performance.now() - start);
        });
        setTimeout(() => reject(new Error('a slow client was never dropped')), 15_000).unref();
      }));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const served = performance.now();
      expect((await gateway.request('GET', '/health/live', { key: null })).status).toBe(200);
      expect(performance.now() - served).toBeLessThan(1_000);
      const times = await Promise.all(ends);
      expect(Math.max(...times)).toBeLessThan(10_000);
    } finally {
      await gateway.stop();
    }
  });
});

describe('a client that does not take its answers', () => {
  test('is dropped within half a minute', async () => {
    const gateway = await GatewayFixture.start();
    try {
      const [{ length }, asked] = [Buffer.from(await (await gateway.request('GET', '/openapi.json')).arrayBuffer()), 400];
      let taken = 0;
      const socket = connect(gateway.gateway.port, '127.0.0.1', () => {
        socket.pause();
        for (let n = 0; n < asked; n += 1) socket.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n');
      });
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => (taken += bytes.length));
      const closed = once(socket, 'close');
      await new Promise((resolve) => setTimeout(resolve, 28_000));
      socket.resume(); // what the machine keeps of it comes still, and then the end
      await closed;
      expect(taken).toBeGreaterThan(length);
      expect(taken).toBeLessThan(asked * length);
    } finally {
      await gateway.stop();
    }
  }, 60_000);
});

describe('the gateway’s own process', () => {
  test('told to end, answers what is under way, takes nothing new, and ends with 0', async () => {
    const gateway = await GatewayFixture.start();
    try {
      const main = new URL('../../../dist/apps/gateway/src/main.js', import.meta.url).pathname;
      const child = spawn(process.execPath, [main], {
        env: { PORT: '0', NATS_URL: gateway.natsUrl, GATEWAY_DATABASE_URL: gateway.database.urlOf('gateway'), ADMIN_API_KEY: ADMIN_KEY, LOG_LEVEL: 'silent', DATA_DIR: '/nonexistent' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [said] = (await once(child.stdout, 'data')) as [Buffer];
      const url = /http:\S+/.exec(said.toString())![0];
      gateway.on('rewards.getTier', () => null);
      const slow = fetch(`${url}/v1/users/u1/tier`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
      await new Promise((resolve) => setTimeout(resolve, 300));
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await new Promise((resolve) => setTimeout(resolve, 300));
      await expect(fetch(`${url}/health/live`)).rejects.toThrow();
      expect((await slow).status).toBe(503);
      expect(await ended).toEqual([0, null]);
    } finally {
      await gateway.stop();
    }
  });
});
