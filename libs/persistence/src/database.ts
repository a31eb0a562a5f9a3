import { MikroORM, type AnyEntity, type EntityClass, type EntitySchema, type SqlEntityManager } from '@mikro-orm/postgresql';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { failpoint } from './failpoint.js';
import { isConflict, isTransient } from './faults.js';
import { ProgrammeVersions, type ProgrammeVersion } from './programme-versions.js';
import { query, Transaction } from './transaction.js';

export type Entities = (EntityClass<AnyEntity> | EntitySchema)[];

export interface DatabaseOptions {
  room: string;
  url: string;
  entities?: Entities;
  /** connections at most; hot rooms use two for groups, one for the relay, one for the consumer */
  poolSize?: number;
}

const ATTEMPTS = 6;
const OPEN_WITHIN_MS = 60_000;
/**
 * Statements here go by index. A prepared one keeps the plan it got when its table was nearly empty, and would read the
 * whole table for minutes once it is not, until statistics are gathered.
 */
const SESSION = '-c jit=off -c enable_seqscan=off';
/** `begin` answers in the same round trip what every command needs: the time and the programme in force. */
const BEGIN = 'begin; select common.now() as now, common.programme_version() as version';

/** A room's own schema, reached under its own role. */
export class Database {
  private readonly programmes = new ProgrammeVersions();
  private readonly listeners: (() => void)[] = [];

  private constructor(
    readonly room: string,
    readonly orm: MikroORM,
    private readonly pool: pg.Pool,
  ) {}

  /** Waits for a database that is starting up or away; any other fault is thrown. */
  static async open(options: DatabaseOptions): Promise<Database> {
    for (const end = performance.now() + OPEN_WITHIN_MS; ; await sleep(250)) {
      try {
        return await Database.openOnce(options);
      } catch (error) {
        if (!isTransient(error) || performance.now() > end) throw error;
      }
    }
  }

  private static async openOnce({ room, url, entities = [], poolSize = 8 }: DatabaseOptions): Promise<Database> {
    const orm = await MikroORM.init({
      clientUrl: url,
      entities,
      schema: room,
      discovery: { warnWhenNoEntities: false },
      pool: { min: 0, max: poolSize },
      driverOptions: {
        application_name: room,
        connectionTimeoutMillis: 2_000,
        query_timeout: 6_000,
        statement_timeout: 5_000,
        lock_timeout: 2_000,
        idle_in_transaction_session_timeout: 15_000,
        keepAlive: true,
        options: SESSION,
      },
    });
    const connection = orm.em.getConnection() as unknown as { getNativeClient(): Promise<pg.Pool> };
    return new Database(room, orm, await connection.getNativeClient());
  }

  /** A fresh entity manager: messages have no request context, so each reader takes its own. */
  em(): SqlEntityManager {
    return this.orm.em.fork();
  }

  rows<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return query<Row>(this.pool, text, values);
  }

  /** The programme in force now. */
  async programme(): Promise<ProgrammeVersion> {
    const [row] = await this.rows<{ version: number }>('select common.programme_version() as version');
    return this.programmes.get(row!.version, this.pool);
  }

  /** Business time: the database's clock, which a test clock may have set. */
  async now(): Promise<Date> {
    const [row] = await this.rows<{ now: Date }>('select common.now() as now');
    return row!.now;
  }

  /** Called after each commit that put something into the outbox. */
  onCommitted(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Runs `work` in one transaction; a deadlock or lock time-out runs it again, so it may have no effect outside. */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(work);
      } catch (error) {
        if (!isConflict(error) || attempt >= ATTEMPTS) throw error;
        await sleep(2 ** attempt + Math.random() * 10);
      }
    }
  }

  private async attempt<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    let tx: Transaction;
    let result: T;
    try {
      tx = await this.begin(client);
      result = await work(tx);
      await tx.flush();
      failpoint('before-commit');
      await client.query('commit');
      failpoint('after-commit');
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => (broken = failure));
      throw error;
    } finally {
      client.release(broken);
    }
    for (const callback of tx.committed) callback();
    if (tx.emitted > 0) for (const listener of this.listeners) listener();
    return result;
  }

  private async begin(client: pg.PoolClient): Promise<Transaction> {
    const results = (await client.query(BEGIN)) as unknown as pg.QueryResult<{ now: Date | string; version: number }>[];
    const { now, version } = results[1]!.rows[0]!;
    const programme = await this.programmes.get(version, client);
    return new Transaction(client, new Date(now), programme);
  }

  async close(): Promise<void> {
    await this.orm.close(true);
  }
}
