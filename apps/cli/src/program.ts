import { Command } from 'commander';
import { addAccess } from './access.js';
import { addApiKey } from './api-key.js';
import { addEvents } from './follow-events.js';
import { addImport } from './import/import-file.js';
import { addJobs } from './jobs.js';
import { addShowStatus } from './show-status.js';
import { addRings } from './rings.js';
import { addStats } from './stats.js';

/** The whole command line. */
export function makeProgram(): Command {
  const program = new Command('referrals')
    .description('Looks after a running referral engine.')
    .option('--url <url>', 'where the gateway answers (default: REFERRALS_URL, else http://127.0.0.1:$PORT)')
    .option('--key <key>', 'an API key (default: REFERRALS_KEY, else the admin key of the data folder)')
    .option('--json', 'answer in JSON')
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', '\nExit codes: 0 done, 1 refused or failed, 2 not understood.')
    .exitOverride();
  for (const add of [addAccess, addShowStatus, addJobs, addRings, addStats, addEvents, addApiKey, addImport]) add(program);
  return program;
}
