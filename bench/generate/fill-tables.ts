import pg from 'pg';

/** What fills a table. */
export interface Filling {
  table: string;
  statements: string[];
  /** an `always` trigger that has nothing to do: what it would find or keep is in the statements already */
  needless?: string;
}

/** Keys and indexes are made at once when all rows are there, out of memory; the order of rows is that of `generated`. */
const SESSION = '-c work_mem=256MB -c maintenance_work_mem=512MB -c max_parallel_maintenance_workers=0 -c synchronous_commit=off -c synchronize_seqscans=off -c jit=off';
const AT_ONCE = 2;

/** A connection of the owner that works like that. */
export async function ownerOf(url: string): Promise<pg.Client> {
  const owner = new pg.Client({ connectionString: url, options: SESSION });
  owner.on('error', () => undefined); // a bench that is interrupted takes its server away
  await owner.connect();
  return owner;
}

/** Fills tables by two connections, each table in one transaction; none may read another one of the list. @param filled called with each that is full */
export async function fillTables(url: string, fillings: Filling[], filled: (table: string) => void = () => undefined): Promise<void> {
  const waiting = [...fillings];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    const owner = await ownerOf(url);
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        await fill(owner, next);
        filled(next.table);
      }
    } finally {
      await owner.end();
    }
  }));
}

async function fill(owner: pg.Client, { table, statements, needless }: Filling): Promise<void> {
  await owner.query('begin');
  if (needless) await owner.query(`alter table ${table} disable trigger ${needless}`);
  const { rows: indexes } = await owner.query<{ drop: string; make: string }>(INDEXES, [table]);
  for (const { drop } of indexes) await owner.query(drop);
  for (const sql of statements) await owner.query(sql);
  for (const { make } of indexes) await owner.query(make);
  if (needless) await owner.query(`alter table ${table} enable always trigger ${needless}`);
  await owner.query('commit');
  await owner.query(`vacuum analyze ${table}`);
}

/** Of a table without partitions: its constraints and indexes, but for those that keys of other tables point at. */
const INDEXES = `select drop, make from (
    select format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname) as drop,
      format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) as make
    from pg_constraint c where c.conrelid = $1::regclass and c.contype in ('p', 'u', 'f')
      and not exists (select from pg_constraint f where f.contype = 'f' and f.confrelid = c.conrelid and f.conindid = c.conindid and f.oid <> c.oid)
    union all
    select format('drop index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
    from pg_index i where i.indrelid = $1::regclass and not exists (select from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u'))) known
  where exists (select from pg_class where oid = $1::regclass and relkind = 'r')`;
