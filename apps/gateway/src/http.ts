import 'reflect-metadata';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Secrets, type Env } from '@referrals/config';
import { Bus, askingUser, connectAs, nestLogger, openLog, SealingKeys, type Log } from '@referrals/messaging';
import { armFailpoint, Database, roomUrl } from '@referrals/persistence';
import type { AddressInfo } from 'node:net';
import { CONTROLLERS } from './controllers/index.js';
import { Gateway } from './gateway.js';
import { Cors } from './http/cors.js';
import { Door } from './http/door.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RateLimit } from './http/rate-limits.js';
import { addHooks, frontDoor, securityHeaders } from './http/server.js';
import { ApiKeyEntity } from './keys/api-key.entity.js';
import { Authenticator } from './keys/authenticator.js';
import { HostTokens } from './keys/host-tokens.js';
import { LinkTargets } from './links/link-target.js';
import { Metrics } from './operations/metrics.js';
import { servePages } from './pages/serve-pages.js';
import { sealingKeyStore } from './sealing-key.store.js';

export interface RunningGateway {
  /** where it listens, e.g. `http://127.0.0.1:3000` */
  url: string;
  port: number;
  /** takes no new connection, answers what is under way, then ends */
  stop(): Promise<void>;
}

@Module({})
class GatewayModule {
  static of(gateway: Gateway): DynamicModule {
    return { module: GatewayModule, controllers: CONTROLLERS, providers: [{ provide: Gateway, useValue: gateway }] };
  }
}

/**
 * Opens the front door.
 * @throws Error in one line when the port is taken, or DATABASE_URL or NATS_URL are missing
 */
export async function startGateway(env: Env): Promise<RunningGateway> {
  armFailpoint(env.FAILPOINT);
  const log = openLog('gateway', { level: env.LOG_LEVEL, ...(env.LOG_FILE && { file: env.LOG_FILE }) });
  const secrets = new Secrets(env.DATA_DIR);
  const db = await Database.open({ room: 'gateway', url: databaseUrl(env, secrets), entities: [ApiKeyEntity], poolSize: 4 });
  const nats = await connectAs(askingUser('gateway'), env, secrets);
  const bus = new Bus(nats);
  const sealing = new SealingKeys(bus, log, sealingKeyStore(db));
  await sealing.start();
  const keyEnvironment = env.NODE_ENV === 'production' ? 'live' : 'test';
  const authenticator = new Authenticator(db, log, keyEnvironment, env.ADMIN_API_KEY ?? secrets.get('admin-api-key'), new HostTokens(env));
  const metrics = new Metrics();
  const links = { targets: new LinkTargets(env), isProduction: env.NODE_ENV === 'production', publicUrl: env.PUBLIC_URL };
  const door = new Door(new Cors(env.CORS_ORIGINS, db), new RateLimit(env.RATE_LIMIT_KEY), new RateLimit(env.RATE_LIMIT_CLIENT));
  const app = await open(new Gateway(db, bus, sealing, authenticator, metrics, keyEnvironment, log, door, links, env.STRIPE_WEBHOOK_SECRET), log);
  const end = async (): Promise<void> => {
    await drain(app);
    await nats.close();
    await db.close();
    metrics.close();
  };
  try {
    await listen(app, env);
  } catch (error) {
    await end();
    throw error;
  }
  const { port } = app.getHttpServer().address() as AddressInfo;
  const host = env.HOST === '0.0.0.0' || env.HOST === '::' ? '127.0.0.1' : env.HOST;
  log.info({ port }, 'gateway_started');
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    async stop() {
      await end();
      log.info('gateway_stopped');
      log.flush();
    },
  };
}

async function open(gateway: Gateway, log: Log): Promise<NestFastifyApplication> {
  const headers = await securityHeaders();
  const app = await NestFactory.create<NestFastifyApplication>(GatewayModule.of(gateway), frontDoor(headers), {
    bodyParser: false, logger: nestLogger(log), abortOnError: false,
  });
  addHooks(app, gateway, headers);
  servePages(app.getHttpAdapter().getInstance());
  app.useGlobalFilters(new ProblemFilter(log));
  await app.init();
  return app;
}

async function listen(app: NestFastifyApplication, { PORT, HOST }: Env): Promise<void> {
  try {
    await app.listen(PORT, HOST);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new Error(`port ${PORT} of ${HOST} is in use: stop what listens there, or set PORT`);
    throw error;
  }
}

/** Longer than any answer may take. */
const DRAIN_MS = 12_000;

/** A connection that was busy when closing began would wait for its client's next request: it ends with its answer. */
async function drain(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  const sweeping = setInterval(() => server.closeIdleConnections(), 20);
  const cutting = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await app.close();
  clearInterval(sweeping);
  clearTimeout(cutting);
}

const databaseUrl = (env: Env, secrets: Secrets): string =>
  env.roomDatabaseUrl('gateway') ?? roomUrl(required(env.DATABASE_URL, 'DATABASE_URL'), 'gateway', secrets.get('database-gateway'));

function required(value: string | undefined, name: string): string {
  if (!value) throw new Error(`environment: ${name} is needed to run the gateway on its own; npm start runs everything without it`);
  return value;
}
