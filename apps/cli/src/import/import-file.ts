import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { imports, type ImportProgress } from '@referrals/contracts';
import { ProblemError, type ReferralsClient } from '@referrals/client';
import { answer, type Result, type Session } from '../command.js';
import { fields } from '../print.js';
import { startProgress } from '../progress.js';
import { nameOf, readFile, sizeOf } from './read-file.js';
import { sendBatches } from './send-batches.js';

interface Options {
  name?: string;
  report?: string;
}

const HELP = `
The first line names the columns; each further line is about a user, a code or a referral, as its column 'record' says (referral where there is none):
  user      userId, email, displayName, createdAt, isActive, isVerified, locale
  code      userId, code, type (auto, custom, campaign), sourceAppId, maxUses, dailyLimit, expiresAt, isActive, createdAt
  referral  refereeId, referrerId or code or both, sourceAppId, registeredAt, activatedAt, qualifiedAt, retainedAt
Instants are ISO 8601 with an offset. Imported referrals are history: they pay nothing, are not scored and count for no limit; they count for tier,
level and batch. Run again after an interruption it goes on where it was. Ends with 1 when lines were refused.`;

export function addImport(program: Command): void {
  program.command('import').description('users, codes and referrals of another system, from a CSV file')
    .argument('<file>', 'a CSV file in UTF-8')
    .option('--name <name>', 'of the import, under which it is gone on with (default: the hash of the file)', importName)
    .option('--report <file>', 'where refused lines are listed (default: <file>.refused.csv)').addHelpText('after', HELP)
    .action(async (file: string, options: Options, command: Command) => {
      const columnsProblem = (message: string): never => command.error(message, { exitCode: 2 });
      return answer(program, (session) => importFile(session, file, options, columnsProblem));
    });
}

function importName(text: string): string {
  if (!/^[\w.-]{1,64}$/.test(text)) throw new InvalidArgumentError('It is 1 to 64 letters, digits, dots, dashes or underscores.');
  return text;
}

async function importFile({ client, json }: Session, file: string, { name, report = `${file}.refused.csv` }: Options, misused: (message: string) => never): Promise<Result> {
  const size = await sizeOf(file).catch(() => misused(`${file} is no file that can be read`));
  const importId = name ?? (await nameOf(file));
  let progress = await whereItIs(client, importId);
  const bar = startProgress(json, size);
  try {
    for await (const { batch, stands } of sendBatches(client, importId, progress.line, readFile(file, progress.line, misused))) {
      progress = stands;
      bar.at(batch.bytesRead, `${progress.referrals} referrals, ${progress.refused} lines refused`);
    }
  } finally {
    bar.stop();
  }
  if (progress.refused > 0) await writeReport(client, importId, report);
  const shown = { ...progress, ...(progress.refused > 0 && { report }) };
  return { value: shown, text: fields(shown), failed: progress.refused > 0 };
}

async function whereItIs(client: ReferralsClient, importId: string): Promise<Pick<ImportProgress, 'line'> & ImportProgress> {
  try {
    return await client.call(imports.get, { importId });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'not_found') throw error;
    return { id: importId, line: 0, users: 0, codes: 0, referrals: 0, unchanged: 0, refused: 0, updatedAt: '' };
  }
}

async function writeReport(client: ReferralsClient, importId: string, report: string): Promise<void> {
  const lines = ['line,reason'];
  for await (const { line, reason } of client.items(imports.listRefusals, { importId, limit: 100 })) lines.push(`${line},"${reason.replaceAll('"', '""')}"`);
  await writeFile(report, `${lines.join('\n')}\n`);
}
