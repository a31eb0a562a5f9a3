import type { Command } from 'commander';
import { apiKeys, codes, KeyScope, relationships, rewards, scheduler } from '@referrals/contracts';
import { ProblemError, type ReferralsClient } from '@referrals/client';
import { connectTo, type Connection } from './connect.js';
import { followEvents } from './follow-events.js';
import { fields, table } from './print.js';

interface Globals extends Connection {
  json?: boolean;
}

/** What a command found, and how a person reads it. */
interface Result {
  value: unknown;
  text: string;
  /** the answer is that something failed */
  failed?: boolean;
}

export function addCommands(program: Command): void {
  const answer = async (ask: (client: ReferralsClient) => Promise<Result>): Promise<void> => {
    const { json, ...connection } = program.opts<Globals>();
    const { value, text, failed } = await ask(connectTo(connection));
    process.stdout.write(json ? `${JSON.stringify(value)}\n` : text);
    if (failed) process.exitCode = 1;
  };

  program.command('show-status <user>').description("a user's code, tier, balances and referrer").action((user: string) => answer((client) => showStatus(client, user)));
  program.command('jobs').description('the timetable, each job with its last run').action(() => answer(listJobs));
  program.command('run-job <name>').description('runs a job now').action((name: string) => answer((client) => runJob(client, name)));
  program.command('reconcile').description('compares the books of all rooms').action(() => answer((client) => runJob(client, 'reconcile')));
  program.command('events').description('facts as they are told, one JSON per line')
    .option('--follow', 'go on until interrupted').option('--nats <url>', 'the broker (default: NATS_URL)')
    .action((options: { follow?: boolean; nats?: string }) => followEvents(options));
  const key = program.command('api-key').description('API keys');
  key.command('create').description('makes a key and shows it, this once')
    .requiredOption('--scope <scope>', 'admin, service or publishable').option('--label <label>', 'what it is for').option('--expires-at <instant>', 'when it ends')
    .action((options: { scope: string; label?: string; expiresAt?: string }) => answer((client) => createKey(client, options)));
}

async function showStatus(client: ReferralsClient, userId: string): Promise<Result> {
  const [code, tier, { balances }, referral] = await Promise.all([
    client.call(codes.issue, { userId }),
    client.call(rewards.getTier, { userId }),
    client.call(rewards.getBalances, { userId }),
    client.call(relationships.getReferralOf, { userId }).catch((error: unknown) => {
      if (error instanceof ProblemError && error.code === 'not_found') return null;
      throw error;
    }),
  ]);
  const shown = {
    user: userId, code: code.code, tier: `${tier.tier}, ${tier.qualifiedCount} qualified`, referrer: referral?.referrerId ?? null, stage: referral?.stage ?? null,
  };
  const money = balances.length > 0 ? `\n${table(balances, ['unit', 'available', 'held', 'debt'])}` : '';
  return { value: { userId, code, tier, balances, referral }, text: fields(shown) + money };
}

async function listJobs(client: ReferralsClient): Promise<Result> {
  const { data } = await client.call(scheduler.listJobs, {});
  const rows = data.map(({ name, everySeconds, lastRun, description }) => ({
    name, every: `${everySeconds} s`, status: lastRun?.status, 'last run': lastRun?.startedAt, changed: lastRun?.changed, description,
  }));
  return { value: data, text: table(rows, ['name', 'every', 'status', 'last run', 'changed', 'description']) };
}

async function runJob(client: ReferralsClient, name: string): Promise<Result> {
  let run = await client.call(scheduler.runJob, { name });
  while (run.status === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 500));
    run = await client.call(scheduler.getRun, { name, id: run.id });
  }
  return { value: run, text: fields(run), failed: run.status === 'failed' };
}

async function createKey(client: ReferralsClient, { scope, label, expiresAt }: { scope: string; label?: string; expiresAt?: string }): Promise<Result> {
  const parsed = KeyScope.safeParse(scope);
  if (!parsed.success) throw new Error('--scope is admin, service or publishable');
  const made = await client.call(apiKeys.create, { scope: parsed.data, ...(label !== undefined && { label }), ...(expiresAt !== undefined && { expiresAt }) });
  return { value: made, text: fields(made) };
}
