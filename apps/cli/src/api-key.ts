import { Option, type Command } from 'commander';
import { apiKeys, KeyScope } from '@referrals/contracts';
import { answer, type Result, type Session } from './command.js';
import { fields } from './print.js';

interface Options {
  scope: KeyScope;
  label?: string;
  expiresAt?: string;
}

export function addApiKey(program: Command): void {
  const key = program.command('api-key').description('API keys');
  key.command('create').description('makes a key and shows it, this once')
    .addOption(new Option('--scope <scope>', 'what it may do').choices(KeyScope.options).makeOptionMandatory()).option('--label <label>', 'what it is for').option('--expires-at <instant>', 'when it ends')
    .action((options: Options) => answer(program, (session) => createKey(session, options)));
}

async function createKey({ client }: Session, { scope, label, expiresAt }: Options): Promise<Result> {
  const made = await client.call(apiKeys.create, { scope, ...(label !== undefined && { label }), ...(expiresAt !== undefined && { expiresAt }) });
  return { value: made, text: fields(made) };
}
