import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { secondsOf } from './measure.js';

/** Every table of every room; a partitioned one counts as one. */
const TABLES = `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'public', 'common') order by 1`;

/** How many rows each table of the rooms has. */
export async function countRows(owner: pg.Pool): Promise<Map<string, number>> {
  const { rows } = await owner.query<{ name: string }>(TABLES);
  const counts = await Promise.all(rows.map(async ({ name }) => (await owner.query<{ n: number }>(`select count(*)::int as n from ${name}`)).rows[0]!.n));
  return new Map(rows.map(({ name }, index) => [name, counts[index]!]));
}

/** Tables that have more rows than before, each with how many more; the scheduler's own runs have nothing to do with it. */
export async function grownSince(owner: pg.Pool, before: ReadonlyMap<string, number>): Promise<Map<string, number>> {
  const now = await countRows(owner);
  const grown = [...now].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  return new Map(grown.filter(([name, more]) => more > 0 && !name.startsWith('scheduler.')));
}

/** Copies what stands in each table into an empty one with the same columns, checks and indexes. @returns seconds of each COPY */
export async function copyRows(owner: pg.Pool, folder: string, tables: readonly string[]): Promise<Map<string, number>> {
  const client = await owner.connect();
  const times = new Map<string, number>();
  try {
    await client.query('create schema bare');
    for (const table of tables) {
      const [copy, file] = [`bare.${table.replace('.', '_')}`, join(folder, table)];
      await pipeline(client.query(copyTo(`copy (select * from ${table}) to stdout`)), createWriteStream(file));
      await client.query(`create table ${copy} (like ${table} including all)`);
      await client.query('checkpoint');
      times.set(table, await secondsOf(() => pipeline(createReadStream(file), client.query(copyFrom(`copy ${copy} from stdin`)))));
      rmSync(file);
    }
  } finally {
    client.release();
  }
  return times;
}
