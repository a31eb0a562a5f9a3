import { z } from 'zod';

const flag = z.enum(['0', '1']).default('0').transform((value) => value === '1');
const days = (unlessGiven: number) => z.coerce.number().int().min(1).max(36_500).default(unlessGiven);
const list = z.string().default('').transform((text) => text.split(',').map((part) => part.trim()).filter(Boolean));

const Variables = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: z.string().optional(),
  NATS_URL: z.string().optional(),
  /** durable consumers through which a host's services read all facts */
  NATS_HOST_CONSUMERS: list.transform((names) => (names.length > 0 ? names : ['host'])).refine((names) => names.every((name) => /^[a-z][a-z0-9-]{0,31}$/.test(name)), 'small letters, digits and hyphens'),
  DATA_DIR: z.string().default('.data'),
  ADMIN_API_KEY: z.string().min(32, 'ADMIN_API_KEY needs 32 characters or more').optional(),
  PROGRAMME_FILE: z.string().optional(),
  TEST_CLOCK: flag,
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  LOG_FILE: z.string().optional(),
  STRIPE_WEBHOOK_SECRET: list,
  HOST_JWT_SECRET: z.string().min(1).optional(),
  HOST_JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  HOST_JWT_ISSUER: z.string().optional(),
  HOST_JWT_AUDIENCE: z.string().optional(),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  LINK_ORIGINS: list,
  LANDING_URL: z.url({ protocol: /^https?$/ }).optional(),
  CORS_ORIGINS: list,
  /** requests per minute; 0 is no limit */
  RATE_LIMIT_KEY: z.coerce.number().int().min(0).default(0),
  RATE_LIMIT_CLIENT: z.coerce.number().int().min(0).default(6_000),
  WEBHOOK_ALLOW_PRIVATE: flag,
  /** of a host's own types of networks, in place of the shipped lists */
  NETWORK_TYPES_MODULE: z.string().min(1).optional(),
  /** of the rooms' event logs; the stream keeps 14 days, and so do they at least */
  KEEP_EVENTS_MONTHS: z.coerce.number().int().min(1).max(1_200).default(24),
  KEEP_DELIVERIES_DAYS: days(30),
  KEEP_CLICKS_DAYS: days(400),
  KEEP_RUNS_DAYS: days(90),
  REFERRALS_URL: z.url({ protocol: /^https?$/ }).optional(),
  REFERRALS_KEY: z.string().optional(),
  /** of the tests in a browser; looked for on PATH without */
  CHROME_PATH: z.string().optional(),
  FAILPOINT: z.string().optional(),
});

export type Env = ReturnType<typeof readEnv>;

/**
 * Reads and checks the environment; nothing else in the product reads it.
 * @throws Error in one line that names the variable
 */
export function readEnv(source: Record<string, string | undefined> = process.env) {
  const parsed = Variables.safeParse(source);
  if (!parsed.success) {
    const problem = parsed.error.issues[0];
    throw new Error(`environment: ${problem?.path.join('.')}: ${problem?.message}`);
  }
  const env = parsed.data;
  if (env.TEST_CLOCK && env.NODE_ENV === 'production') {
    throw new Error('environment: TEST_CLOCK=1 is refused together with NODE_ENV=production');
  }
  if (env.HOST_JWT_SECRET && env.HOST_JWKS_URL) {
    throw new Error('environment: HOST_JWT_SECRET and HOST_JWKS_URL are two ways to verify one token: give one of them');
  }
  if (env.HOST_JWT_SECRET && env.HOST_JWT_SECRET.length < 32 && env.NODE_ENV === 'production') {
    throw new Error('environment: HOST_JWT_SECRET needs 32 characters or more with NODE_ENV=production');
  }
  return {
    ...env,
    /** `<ROOM>_DATABASE_URL`, where one is given */
    roomDatabaseUrl: (room: string) => source[`${room.toUpperCase()}_DATABASE_URL`],
  };
}
