import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import { access, type Reply } from '@referrals/contracts';
import { answer, type Result, type Session } from './command.js';
import { fields } from './print.js';

export function addAccess(program: Command): void {
  program.command('grant-credit').description('gives a user days of paid access')
    .argument('<user>', "the host's id of the user").argument('<days>', 'from 1 to 3650', daysOf)
    .option('--reason <text>', 'why, for the audit log').option('--id <id>', 'the same id grants once, however often it is sent (default: a new one)')
    .action((user: string, days: number, options: { reason?: string; id?: string }) => answer(program, (session) => grantCredit(session, user, days, options)));
  program.command('revoke-credit <user>').description('ends all granted access of a user; a subscription stays')
    .action((user: string) => answer(program, (session) => revokeCredit(session, user)));
}

function daysOf(text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) < 1 || Number(text) > 3_650) throw new InvalidArgumentError('It is a number from 1 to 3650.');
  return Number(text);
}

async function grantCredit({ client }: Session, userId: string, days: number, { reason, id = `cli-${randomUUID()}` }: { reason?: string; id?: string }): Promise<Result> {
  return shown(await client.call(access.grantAccess, { userId, id, days, ...(reason !== undefined && { reason }) }, { idempotencyKey: id }));
}

async function revokeCredit({ client }: Session, userId: string): Promise<Result> {
  return shown(await client.call(access.revokeAccess, { userId }));
}

const shown = (status: Reply<typeof access.getAccess>): Result => ({ value: status, text: fields(status) });
