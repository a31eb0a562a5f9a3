import type { Command } from 'commander';
import { insights } from '@referrals/contracts';
import { answer, type Result, type Session } from './command.js';
import { fields, table } from './print.js';

interface Options {
  daily?: boolean;
  from?: string;
  to?: string;
  app?: string;
}

export function addStats(program: Command): void {
  program.command('stats [user]').description('totals, funnel and what is held; of one user; or by day')
    .option('--daily', 'one line for each day').option('--from <day>', 'of --daily: the first day').option('--to <day>', 'of --daily: the last day')
    .option('--app <id>', 'of --daily: one app alone')
    .action((user: string | undefined, options: Options) =>
      answer(program, (session) => (user !== undefined ? statsOf(session, user) : options.daily ? daily(session, options) : overview(session))));
}

async function overview({ client }: Session): Promise<Result> {
  const found = await client.call(insights.overview, {});
  const funnel = found.funnel.map(({ stage, count, share }) => ({ stage, count, share: `${(share * 100).toFixed(1)} %` }));
  const held = found.liability.map(({ releaseDate, ...rest }) => ({ released: releaseDate ?? 'by a person', ...rest }));
  const text = `${fields(found.totals)}\n${table(funnel, ['stage', 'count', 'share'])}`;
  return { value: found, text: held.length > 0 ? `${text}\n${table(held, ['released', 'unit', 'amount', 'bonuses'])}` : text };
}

const COLUMNS = ['date', 'registrations', 'activations', 'qualifications', 'retentions', 'creditsPaid', 'creditsHeld', 'fraudBlocked'];

async function daily({ client }: Session, { from, to, app }: Options): Promise<Result> {
  const { data } = await client.call(insights.daily, { ...(from && { from }), ...(to && { to }), ...(app && { appId: app }) });
  return { value: data, text: table(data, COLUMNS) };
}

async function statsOf({ client }: Session, userId: string): Promise<Result> {
  const found = await client.call(insights.userStats, { userId });
  const { invited, active, converted, paid, tier, level, credits, cashback, accessDays, lastActivityAt } = found;
  const shown = {
    user: userId, invited, active, converted, paid, tier: `${tier.tier}, ${tier.qualifiedCount} qualified`, level: `${level.level}, ${level.rate / 100} %`,
    'credits earned': credits.earned, 'credits pending': credits.pending, 'access days': accessDays, 'last activity': lastActivityAt,
  };
  return { value: found, text: fields(shown) + (cashback.length > 0 ? `\n${table(cashback, ['currency', 'earned', 'pending'])}` : '') };
}
