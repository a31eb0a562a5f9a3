import { readFileSync } from 'node:fs';
import { Programme, readEnv, Secrets, SHIPPED_PROGRAMME } from '@referrals/config';
import { ensureProgramme, migrate } from '@referrals/persistence';
import { ALL_MIGRATIONS } from './index.js';

/** Brings the database up to date, then puts the configured programme in force when it is a new one. */
export async function migrateAll(url: string, secrets: Secrets, programmeFile?: string): Promise<void> {
  await migrate({ url, rooms: ALL_MIGRATIONS, passwordOf: (room) => secrets.get(`database-${room}`) });
  const programme = programmeFile ? Programme.parse(JSON.parse(readFileSync(programmeFile, 'utf8'))) : SHIPPED_PROGRAMME;
  await ensureProgramme(url, programme);
}

if (import.meta.filename === process.argv[1]) {
  const env = readEnv();
  if (!env.DATABASE_URL) throw new Error('environment: DATABASE_URL is needed to migrate');
  await migrateAll(env.DATABASE_URL, new Secrets(env.DATA_DIR), env.PROGRAMME_FILE);
}
