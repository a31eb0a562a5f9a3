import { Command, CommanderError } from 'commander';
import { ProblemError } from '@referrals/client';
import { addCommands } from './commands.js';

/** Exit codes: 0 done, 1 refused or failed, 2 not understood. */
const program = new Command('referrals')
  .description('Looks after a running referral engine.')
  .option('--url <url>', 'where the gateway answers (default: REFERRALS_URL, else http://127.0.0.1:$PORT)')
  .option('--key <key>', 'an API key (default: REFERRALS_KEY, else the admin key of the data folder)')
  .option('--json', 'answer in JSON')
  .showHelpAfterError('(--help tells more)')
  .exitOverride();
addCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const isRefusal = error instanceof ProblemError;
    process.stderr.write(`${isRefusal && error.status === 0 ? 'nobody answers at this address' : (error as Error).message}\n`);
    process.exitCode = 1;
  }
}
