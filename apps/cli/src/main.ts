import { CommanderError } from 'commander';
import { ProblemError } from '@referrals/client';
import { makeProgram } from './program.js';

try {
  await makeProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const isRefusal = error instanceof ProblemError;
    process.stderr.write(`${isRefusal && error.status === 0 ? 'nobody answers at this address' : (error as Error).message}\n`);
    process.exitCode = 1;
  }
}
