import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readEnv, Secrets } from '@referrals/config';
import { brokerAccounts } from '@referrals/messaging';
import { natsAuthorization } from '@referrals/servers';

// `npm run nats-permissions [-- file]`: what a NATS server of your own has to include. Public keys alone; their seeds stay in the data folder.
const env = readEnv();
const text = `# Written by npm run nats-permissions: the users of the referral engine and what each may do.\n${natsAuthorization(brokerAccounts(new Secrets(env.DATA_DIR), env.NATS_HOST_CONSUMERS))}\n`;
const file = process.argv[2];
if (file) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
} else {
  process.stdout.write(text);
}
