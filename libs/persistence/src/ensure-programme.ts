import { createHash } from 'node:crypto';
import type { Programme } from '@referrals/config';
import pg from 'pg';

const CONFIGURATION = 'configuration file';

/**
 * Puts a configured programme in force when it is another one than was configured before: what an operator has stored since
 * outlives a restart with the same file. The very first is in force from the beginning of
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
    const { rows } = await client.query<{ newest: number; configured: string | null }>(
      `select coalesce(max(version), 0) as newest,
         (select hash from common.programme where created_by = $1 order by version desc limit 1) as configured from common.programme`,
      [CONFIGURATION],
    );
    const { newest, configured } = rows[0]!;
    if (configured !== hash) {
      await client.query(
        `insert into common.programme (version, body, hash, in_force_from, created_by)
         values ($1, $2, $3, case when $1 = 1 then '-infinity'::timestamptz else common.now() end, $4)`,
        [newest + 1, body, hash, CONFIGURATION],
      );
    }
    await client.query('commit');
  } finally {
    await client.end();
  }
}
