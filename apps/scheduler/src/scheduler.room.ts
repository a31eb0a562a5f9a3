import { NestFactory } from '@nestjs/core';
import { connectAs, DEPLOY_USER, nestLogger, type Room, type RoomController, type RoomDefinition } from '@referrals/messaging';
import { Database, roomUrl } from '@referrals/persistence';
import { BrokerLoop, redriveContext } from './broker-loop.js';
import { JobRunEntity } from './job-run.entity.js';
import { SchedulerController } from './scheduler.controller.js';
import { TicksModule } from './ticks.js';
import { Broker } from './watch-broker.js';

export const schedulerRoom: RoomDefinition = { name: 'scheduler', controller: SchedulerController, entities: [JobRunEntity], onStart };

/** The stream is made before anything ticks; a broker that does not answer yet is looked at again with every tick. */
async function onStart(room: Room, controller: RoomController): Promise<() => Promise<void>> {
  const { jobs, erasures } = controller as SchedulerController;
  const reader = await openReader(room);
  (controller as SchedulerController).reader = reader;
  const nats = await connectAs(DEPLOY_USER, room.env, room.secrets);
  const broker = new Broker(nats, room.env.NATS_HOST_CONSUMERS);
  await broker.look().catch((error: Error) => room.log.warn({ err: error.message }, 'broker_waits'));
  const loop = new BrokerLoop(broker, redriveContext({ ...room, broker, reader }), room.db, room.log);
  const ticks = await NestFactory.createApplicationContext(TicksModule.of(room, jobs, loop, erasures), { logger: nestLogger(room.log), abortOnError: false });
  return async () => {
    await ticks.close();
    await erasures.stop();
    await jobs.stop();
    await nats.close();
    await reader.close();
  };
}

/** Under a role of its own, which reads ids of all rooms and nothing else. */
function openReader({ env, secrets }: Room): Promise<Database> {
  const given = env.roomDatabaseUrl('reconciler');
  if (!given && !env.DATABASE_URL) throw new Error('environment: DATABASE_URL or RECONCILER_DATABASE_URL is needed to run the scheduler');
  const url = given ?? roomUrl(env.DATABASE_URL!, 'reconciler', secrets.get('database-reconciler'));
  return Database.open({ room: 'reconciler', url, poolSize: 2 });
}
