import pg from 'pg';
import { SHIPPED_PROGRAMME } from '@referrals/config';
import { ensureProgramme, migrate } from '@referrals/persistence';
import { ALL_MIGRATIONS } from '@migrations';

export const TEMPLATE = 'referrals_template';
/** The rooms' roles of a test server; it listens on loopback for the length of a run. */
export const TEST_PASSWORD = 'only-for-tests';

export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}

/** Migrates a database once per test run; each spec then clones it, which takes a fraction of a second. */
export async function prepareTemplate(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(`drop database if exists ${TEMPLATE} with (force)`);
  await client.query(`create database ${TEMPLATE}`);
  await client.end();
  const url = withDatabase(adminUrl, TEMPLATE);
  await migrate({ url, rooms: ALL_MIGRATIONS, passwordOf: () => TEST_PASSWORD });
  await ensureProgramme(url, SHIPPED_PROGRAMME);
}
