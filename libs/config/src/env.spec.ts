import { describe, expect, it } from '@jest/globals';
import { readEnv } from './env.js';

const LONG = 'x'.repeat(32);

describe('the environment', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['a first key that can be guessed', { ADMIN_API_KEY: LONG.slice(1) }, /ADMIN_API_KEY needs 32 characters or more/],
    ['a test clock in production', { TEST_CLOCK: '1', NODE_ENV: 'production' }, /TEST_CLOCK=1 is refused together with NODE_ENV=production/],
    ['a short secret of the host in production', { HOST_JWT_SECRET: LONG.slice(1), NODE_ENV: 'production' }, /HOST_JWT_SECRET needs 32 characters or more/],
    ['two ways to verify one token', { HOST_JWT_SECRET: LONG, HOST_JWKS_URL: 'https://example.com/keys' }, /two ways/],
    ['a key set that is no web address', { HOST_JWKS_URL: 'file:///etc/keys' }, /HOST_JWKS_URL/],
    ['a port that is none', { PORT: '70000' }, /PORT/],
    ['retention of no day at all', { KEEP_DELIVERIES_DAYS: '0' }, /KEEP_DELIVERIES_DAYS/],
  ])('is refused with %s, in one line that names the variable', (_, variables, message) => {
    const read = () => readEnv(variables);
    expect(read).toThrow(message);
    expect(read).toThrow(/^environment: [^\n]+$/);
  });

  it.each<[string, Record<string, string>]>([
    ['the host’s secret', { HOST_JWT_SECRET: 'hush-hush', NODE_ENV: 'production' }],
    ['the first key', { ADMIN_API_KEY: 'hush-hush' }],
  ])('is refused without telling %s', (_, variables) => {
    expect(() => readEnv(variables)).not.toThrow(/hush/);
    expect(() => readEnv(variables)).toThrow();
  });

  it('listens on the machine itself alone, with neither test clock nor private webhooks, unless told', () => {
    expect(readEnv({})).toMatchObject({ HOST: '127.0.0.1', TEST_CLOCK: false, WEBHOOK_ALLOW_PRIVATE: false, CORS_ORIGINS: [], LINK_ORIGINS: [], STRIPE_WEBHOOK_SECRET: [] });
  });
});
