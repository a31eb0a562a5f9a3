import type { Command } from 'commander';
import { fraud } from '@referrals/contracts';
import { answer, type Result, type Session } from './command.js';
import { table } from './print.js';

interface Options {
  minSize?: string;
  minDevices?: string;
  user?: string;
}

export function addRings(program: Command): void {
  program.command('rings').description('users tied by shared devices and addresses, as of the last run of ring-detection')
    .option('--min-size <users>', 'users in a ring, at least').option('--min-devices <devices>', 'devices that they share, at least').option('--user <id>', 'the ring of one user')
    .action((options: Options) => answer(program, (session) => rings(session, options)));
}

async function rings({ client }: Session, { minSize, minDevices, user }: Options): Promise<Result> {
  const filter = { ...(minSize && { minSize: Number(minSize) }), ...(minDevices && { minDevices: Number(minDevices) }), ...(user && { userId: user }) };
  const { data } = await client.call(fraud.listRings, { ...filter, limit: 100 });
  const rows = data.map(({ id, size, devices, addresses, referrals, highestScore, users }) => ({
    id, size, devices, addresses, referrals, 'highest score': highestScore, users: users.slice(0, 5).join(', ') + (size > 5 ? ', …' : ''),
  }));
  return { value: data, text: table(rows, ['id', 'size', 'devices', 'addresses', 'referrals', 'highest score', 'users']) };
}
