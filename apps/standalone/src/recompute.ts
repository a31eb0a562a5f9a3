import { join } from 'node:path';
import { readEnv, Secrets } from '@referrals/config';
import { createDatabase, Database, roomUrl } from '@referrals/persistence';
import { startPostgres } from '@referrals/servers';
import { recompute } from '@rooms/rewards';

// `npm run recompute`: every bonus in history once more from its stored inputs; the differences are printed, and there should be none.
const env = readEnv();
const server = env.DATABASE_URL ? null : await startPostgres({ dataDir: join(env.DATA_DIR, 'postgres') });
const url = env.DATABASE_URL ?? (await createDatabase(server!.url, 'referrals'));
const secrets = new Secrets(env.DATA_DIR);
const db = await Database.open({ room: 'rewards', url: env.roomDatabaseUrl('rewards') ?? roomUrl(url, 'rewards', secrets.get('database-rewards')) });
let differences = 0;
const count = await recompute(db, (difference) => {
  differences += 1;
  console.log(JSON.stringify(difference));
});
console.log(`${count} bonuses recomputed, ${differences} differences`);
await db.close();
await server?.stop();
process.exitCode = differences > 0 ? 1 : 0;
