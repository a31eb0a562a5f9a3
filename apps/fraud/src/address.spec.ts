import { describe, expect, it } from '@jest/globals';
import { addressValues } from './address.js';

const first = (text: string): string | undefined => addressValues(text)?.[0]?.value;

describe('an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
  ])('written %s is recognised as %s', (text, value) => {
    expect(first(text)).toBe(value);
  });

  it('in IPv6 is known by its /64, /56 and /48', () => {
    expect(addressValues('2001:db8:aaaa:bbcc::1')?.map(({ kind, value }) => ({ kind, value }))).toEqual([
      { kind: 'ip6_64', value: '2001:db8:aaaa:bbcc::/64' },
      { kind: 'ip6_56', value: '2001:db8:aaaa:bb00::/56' },
      { kind: 'ip6_48', value: '2001:db8:aaaa::/48' },
    ]);
  });

  it('just beyond the border of a /64 is another one', () => {
    expect(first('2001:db8:0:1:ffff:ffff:ffff:ffff')).toBe(first('2001:db8:0:1::'));
    expect(first('2001:db8:0:2::')).not.toBe(first('2001:db8:0:1:ffff:ffff:ffff:ffff'));
  });

  it.each(['', 'unknown', '203.0.113', '203.0.113.256', '0x7f.0.0.1', '0177.0.0.1', '2130706433', '203.0.113.7:80', '[2001:db8::1]', '2001:db8::1/64', '1.2.3.4, 5.6.7.8'])(
    'is not what %j is', (text) => {
      expect(addressValues(text)).toBeNull();
    });
});
