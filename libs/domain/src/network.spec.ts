import { describe, expect, it } from '@jest/globals';
import { clientNetworks } from './network.js';

describe('the networks of a client', () => {
  it.each([
    ['192.0.2.1', '4:192.0.2.1'],
    ['0.0.0.0', '4:0.0.0.0'],
    ['::ffff:192.0.2.1', '4:192.0.2.1'],
    ['::FFFF:c000:0201', '4:192.0.2.1'],
  ])('are one address with IPv4: %s', (address, client) => {
    expect(clientNetworks(address)).toEqual({ client, slash56: null, slash48: null });
  });

  it.each(['2001:db8:1:2ff::1', '2001:0DB8:0001:02ff:1:2:3:4', '2001:db8:1:2ff:ffff:ffff:192.0.2.1', '2001:db8:1:2ff::%eth0'])('are three with IPv6: %s', (address) => {
    expect(clientNetworks(address)).toEqual({ client: '6:32.1.13.184.0.1.2.255', slash56: '6:32.1.13.184.0.1.2', slash48: '6:32.1.13.184.0.1' });
  });

  it('are the same for two addresses of one /64', () => {
    expect(clientNetworks('::1')).toEqual(clientNetworks('::ffff:0:0:1'));
  });

  it.each(['', ' ', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.4 ', ':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::', 'g::', '::1.2.3', '1:2:3:4:5:6:7::8:9', 'localhost', '::1/64'])(
    'are none for %j',
    (text) => {
      expect(clientNetworks(text)).toBeNull();
    },
  );
});
