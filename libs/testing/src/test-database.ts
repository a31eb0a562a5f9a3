import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { Database, roomUrl, type Entities } from '@referrals/persistence';
import { TEMPLATE, TEST_PASSWORD, withDatabase } from './template.js';

/** A database of a spec's own, cloned from the migrated template. */
export class TestDatabase {
  private readonly opened: Database[] = [];

  private constructor(
    readonly name: string,
    /** as the owner */
    readonly url: string,
    /** the owner's connections, to look behind the rooms' backs */
    readonly owner: pg.Pool,
  ) {}

  static async create(adminUrl = adminUrlOfThisRun()): Promise<TestDatabase> {
    const name = `test_${randomBytes(6).toString('hex')}`;
    await admin(adminUrl, `create database ${name} template ${TEMPLATE}`);
    const url = withDatabase(adminUrl, name);
    const owner = new pg.Pool({ connectionString: url, max: 4 });
    owner.on('error', () => undefined); // an idle connection ends with the database it belongs to
    return new TestDatabase(name, url, owner);
  }

  /** The URL of a room's own role; roles belong to the server and carry the template's name. */
  urlOf(room: string): string {
    return roomUrl(this.url, room, TEST_PASSWORD, TEMPLATE);
  }

  async open(room: string, entities: Entities = []): Promise<Database> {
    const db = await Database.open({ room, url: this.urlOf(room), entities });
    this.opened.push(db);
    return db;
  }

  /** Stops the business clock at an instant; null lets it follow real time again. */
  async setClock(now: Date | null): Promise<void> {
    await this.owner.query('delete from common.test_clock');
    if (now) await this.owner.query('insert into common.test_clock (now, running, set_at) values ($1, false, clock_timestamp())', [now]);
  }

  async rows<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.owner.query<Row>(text, values)).rows;
  }

  /** What a room has put into its outbox so far, oldest first. */
  async emitted(room: string, type?: string): Promise<{ type: string; aggregateId: string; sequence: number; data: Record<string, unknown> }[]> {
    const rows = await this.rows<{ body: never }>(`select body from ${room}.outbox where $1::text is null or type = $1 order by id`, [type ?? null]);
    return rows.map((row) => row.body);
  }

  async close(): Promise<void> {
    for (const db of this.opened) await db.close();
    await this.owner.end();
    await admin(adminUrlOfThisRun(), `drop database if exists ${this.name} with (force)`);
  }
}

export function adminUrlOfThisRun(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (!url) throw new Error('TEST_DATABASE_URL is not set: run the specs through the workspace’s test command');
  return url;
}

async function admin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
