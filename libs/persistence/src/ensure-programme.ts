import { createHash } from 'node:crypto';
import type { Programme } from '@referrals/config';
import pg from 'pg';

/**
 * Puts a programme in force unless it is the one already in force; the very first is in force from the beginning of
 * time, so that history of any age has one.
 * @param url the database owner's URL
 */
export async function ensureProgramme(url: string, programme: Programme): Promise<void> {
  const body = JSON.stringify(programme);
  const hash = createHash('sha256').update(body).digest('hex');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('lock table common.programme in exclusive mode');
    const { rows } = await client.query<{ version: number; hash: string }>('select version, hash from common.programme order by version desc limit 1');
    const newest = rows[0];
    if (newest?.hash !== hash) {
      await client.query(
        `insert into common.programme (version, body, hash, in_force_from, created_by)
         values ($1, $2, $3, case when $1 = 1 then '-infinity'::timestamptz else common.now() end, 'configuration file')`,
        [(newest?.version ?? 0) + 1, body, hash],
      );
    }
    await client.query('commit');
  } finally {
    await client.end();
  }
}
