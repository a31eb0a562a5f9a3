import type { Command } from 'commander';
import { access, codes, relationships, rewards } from '@referrals/contracts';
import { ProblemError } from '@referrals/client';
import { answer, type Result, type Session } from './command.js';
import { fields, table } from './print.js';

export function addShowStatus(program: Command): void {
  program.command('show-status <user>').description("a user's code, tier, access, balances and referrer")
    .action((user: string) => answer(program, (session) => showStatus(session, user)));
}

async function showStatus({ client }: Session, userId: string): Promise<Result> {
  const [code, tier, { balances }, granted, referral] = await Promise.all([
    client.call(codes.issue, { userId }),
    client.call(rewards.getTier, { userId }),
    client.call(rewards.getBalances, { userId }),
    client.call(access.getAccess, { userId }),
    client.call(relationships.getReferralOf, { userId }).catch((error: unknown) => {
      if (error instanceof ProblemError && error.code === 'not_found') return null;
      throw error;
    }),
  ]);
  const shown = {
    user: userId, code: code.code, tier: `${tier.tier}, ${tier.qualifiedCount} qualified`,
    access: granted.active ? `${granted.source}, until ${granted.expiresAt ?? 'it is ended'}` : 'none',
    referrer: referral?.referrerId ?? null, stage: referral?.stage ?? null,
  };
  const money = balances.length > 0 ? `\n${table(balances, ['unit', 'available', 'held', 'debt'])}` : '';
  return { value: { userId, code, tier, balances, access: granted, referral }, text: fields(shown) + money };
}
