import { MikroORM, type Constructor } from '@mikro-orm/postgresql';
import { Migrator, type Migration } from '@mikro-orm/migrations';
import pg from 'pg';

export interface RoomMigrations {
  room: string;
  migrations: Constructor<Migration>[];
}

export interface MigrateOptions {
  /** the database owner's URL */
  url: string;
  rooms: RoomMigrations[];
  /** the password of a room's role, made or read by the caller */
  passwordOf: (role: string) => string;
}

/** Two migrations of one database never run at once. The number is arbitrary; all that counts is that it stays. */
const MIGRATION_LOCK = 7_352_113;

export const roleOf = (database: string, room: string): string => `${database}_${room}`;
const databaseOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));

/** The URL under which a room reaches the owner's database as its own role. */
export function roomUrl(ownerUrl: string, room: string, password: string, roleDatabase = databaseOf(ownerUrl)): string {
  const url = new URL(ownerUrl);
  url.username = encodeURIComponent(roleOf(roleDatabase, room));
  url.password = encodeURIComponent(password);
  return url.toString();
}

/** Brings every schema to its newest version; safe to run at every start and by several processes at once. */
export async function migrate({ url, rooms, passwordOf }: MigrateOptions): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    for (const { room } of rooms) await ensureRole(client, roleOf(databaseOf(url), room), room, passwordOf(room));
    for (const entry of rooms) await migrateRoom(url, entry, rooms);
  } finally {
    await client.end();
  }
}

async function ensureRole(client: pg.Client, role: string, room: string, password: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  const id = client.escapeIdentifier(role);
  const verb = rowCount ? 'alter' : 'create';
  await client.query(`${verb} role ${id} login nosuperuser nocreatedb nocreaterole password ${client.escapeLiteral(password)}`);
  await client.query(`alter role ${id} set search_path = ${client.escapeIdentifier(room)}`);
  await client.query(`create schema if not exists ${client.escapeIdentifier(room)}`);
}

async function migrateRoom(url: string, { room, migrations }: RoomMigrations, rooms: RoomMigrations[]): Promise<void> {
  const others = rooms.map((other) => other.room).filter((name) => name !== room);
  const orm = await MikroORM.init({
    clientUrl: url,
    schema: room,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    // MikroORM compares the whole database: what belongs to other rooms must be out of its sight
    schemaGenerator: { ignoreSchema: [...others, 'public'] },
    migrations: {
      tableName: `${room}.migration`,
      snapshot: false,
      silent: true,
      allOrNothing: true,
      disableForeignKeys: false,
      migrationsList: migrations,
    },
  });
  try {
    await orm.migrator.up();
  } finally {
    await orm.close(true);
  }
}
