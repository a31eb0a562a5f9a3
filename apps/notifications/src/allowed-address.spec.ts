import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isForbidden, isPublicAddress } from './allowed-address.js';
import { postWebhook } from './post-webhook.js';
import { Receiver } from './receiver.fixture.js';

describe('an address for webhooks', () => {
  it.each([
    '127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '198.18.0.1',
    '::1', '::', 'fc00::1', 'fe80::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:db8::1',
  ])('%s is not of the internet', (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(['93.184.216.34', '8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is', (address) => expect(isPublicAddress(address)).toBe(true));

  it.each([
    'http://127.0.0.1/x', 'http://localhost:8080/', 'https://[::1]/', 'http://2130706433/', 'http://0x7f.1/', 'http://017700000001/', 'http://[::ffff:7f00:1]/',
    'http://127.1/', 'http://user:password@93.184.216.34/',
  ])('%s is refused at creation', async (url) => expect(await isForbidden(url, false)).toBe(true));

  it('is not refused for a name that nobody knows yet', async () => expect(await isForbidden('https://hooks.invalid/x', false)).toBe(false));
  it('may be private when the operator allows it', async () => expect(await isForbidden('http://127.0.0.1/x', true)).toBe(false));
});

describe('an attempt', () => {
  const receiver = new Receiver();
  let url: string;
  beforeAll(async () => {
    url = await receiver.start();
  });
  afterAll(() => receiver.stop());

  it('never reaches a private address, given as it is or behind a name that came to lead there', async () => {
    const answers = [url, url.replace('127.0.0.1', 'localhost')].map((address) => postWebhook(address, '{}', {}, { allowPrivate: false }));
    expect(await Promise.all(answers)).toEqual([{ status: null, error: 'forbidden_address' }, { status: null, error: 'forbidden_address' }]);
    expect(receiver.attempts).toBe(0);
  });

  it('reads no more of an answer than it must', async () => {
    let sent = 0;
    const endless = createServer((_request, response) => {
      response.writeHead(200);
      const go = (): void => void (response.destroyed || ((sent += 16_384), response.write('x'.repeat(16_384), go)));
      go();
    });
    await new Promise<void>((done) => endless.listen(0, '127.0.0.1', done));
    const { port } = endless.address() as AddressInfo;
    expect(await postWebhook(`http://127.0.0.1:${port}/`, '{}', {}, { allowPrivate: true, timeoutMs: 5_000 })).toEqual({ status: 200, error: null });
    expect(sent).toBeLessThan(64 * 1_024 * 1_024);
    endless.closeAllConnections();
    await new Promise((done) => endless.close(done));
  });
});
