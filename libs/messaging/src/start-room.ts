import { Module, type DynamicModule, type LoggerService, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NatsConnection } from '@nats-io/transport-node';
import type { RoomName } from '@referrals/contracts';
import { Secrets, type Env } from '@referrals/config';
import { armFailpoint, Database, roomUrl, type Entities, type Forget } from '@referrals/persistence';
import { answeringUser, askingUser, tellingUser } from './broker-users.js';
import { Bus } from './bus.js';
import { ConsumerLoop } from './consumer-loop.js';
import { subscriptionsOf, type RoomController, type Subscription } from './handle.js';
import { openLog, type Log } from './log.js';
import { connectAs } from './nats.js';
import { plumbingController } from './plumbing.controller.js';
import { RelayLoop } from './relay-loop.js';
import { Room } from './room.js';
import { RoomServer } from './room-server.js';

/** A room as its own `main.ts` and the standalone program start it. */
export interface RoomDefinition {
  name: RoomName;
  controller: Type<RoomController>;
  entities?: Entities;
  /** what the room forgets after a time, beside what all rooms do */
  forgets?: (env: Env) => Forget[];
  /** work of the room's own that begins with it; what it returns is called at the end */
  onStart?: (room: Room, controller: RoomController) => Promise<() => Promise<void>> | (() => Promise<void>);
}

export interface RunningRoom {
  room: Room;
  stop(): Promise<void>;
}

@Module({})
class RoomModule {
  static of(room: Room, controllers: Type<RoomController>[]): DynamicModule {
    return { module: RoomModule, controllers, providers: [{ provide: Room, useValue: room }] };
  }
}

/** Opens the room's schema and its connections, answers its contracts, relays and consumes events. */
export async function startRoom(definition: RoomDefinition, env: Env): Promise<RunningRoom> {
  const { name } = definition;
  armFailpoint(env.FAILPOINT);
  const secrets = new Secrets(env.DATA_DIR);
  const log = openLog(name, { level: env.LOG_LEVEL, userKey: () => secrets.get('log-users'), ...(env.LOG_FILE && { file: env.LOG_FILE }) });
  const url = env.roomDatabaseUrl(name) ?? roomUrl(required(env.DATABASE_URL, 'DATABASE_URL'), name, secrets.get(`database-${name}`));
  const db = await Database.open({ room: name, url, ...(definition.entities && { entities: definition.entities }) });
  const connections = await Promise.all([answeringUser, askingUser, tellingUser].map((userOf) => connectAs(userOf(name), env, secrets)));
  const [answers, asks, facts] = connections as [NatsConnection, NatsConnection, NatsConnection];
  for (const connection of connections) watchConnection(connection, log);
  const room = new Room(name, db, new Bus(asks), log, env, secrets);

  let subscriptions: Subscription[] = [];
  const controllers = [definition.controller, plumbingController(name, () => subscriptions, definition.forgets?.(env))];
  const app = await NestFactory.createMicroservice(RoomModule.of(room, controllers), {
    strategy: new RoomServer(answers, name, log),
    logger: nestLogger(log),
    abortOnError: false,
  });
  const controller: RoomController = app.get(definition.controller);
  subscriptions = subscriptionsOf(controller);
  await app.listen();
  const relay = new RelayLoop(db, facts, log, room.traffic);
  const consumer = new ConsumerLoop(db, facts, name, subscriptions, log);
  relay.start();
  if (subscriptions.length > 0) consumer.start();
  const end = await definition.onStart?.(room, controller);
  // a broker that goes away at this moment hears of our subscriptions when it is back
  await answers.flush().catch((error: Error) => log.warn({ err: error.message }, 'broker_connection'));
  log.info('room_started');

  return {
    room,
    async stop() {
      await end?.();
      await consumer.stop();
      await relay.stop();
      await app.close();
      await Promise.all(connections.map((connection) => connection.close()));
      await db.close();
      log.info('room_stopped');
      log.flush();
    },
  };
}

/** Runs a room as a process of its own until it is told to end. */
export async function runRoom(definition: RoomDefinition, env: Env): Promise<void> {
  const running = await startRoom(definition, env);
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    running.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

function required(value: string | undefined, name: string): string {
  if (!value) throw new Error(`environment: ${name} is needed to run a room on its own; npm start runs everything without it`);
  return value;
}

function watchConnection(nats: NatsConnection, log: Log): void {
  void (async () => {
    for await (const status of nats.status()) {
      if (status.type === 'disconnect' || status.type === 'reconnect') log.warn({ status: status.type }, 'broker_connection');
    }
  })();
}

/** The framework's own lines: its warnings and errors only, in our format. */
export function nestLogger(log: Log): LoggerService {
  const line = (message: unknown) => ({ detail: message instanceof Error ? message.message : String(message) });
  return {
    log: () => undefined,
    debug: () => undefined,
    verbose: () => undefined,
    warn: (message: unknown) => log.warn(line(message), 'framework'),
    error: (message: unknown) => log.error(line(message), 'framework'),
    fatal: (message: unknown) => log.fatal(line(message), 'framework'),
  };
}
