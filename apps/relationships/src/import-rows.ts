import type { imports, ImportProgress, Input, Reply } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import type { ReadLine } from './import-lines.js';
import { importReferrals, type ReferralLine } from './import-referrals.js';
import { openImport, progressOf, saveImport } from './import-rows.queries.js';
import { updateUsers } from './update-users.js';

type Request = Input<typeof imports.rows>;
export type CodeItem = Reply<typeof imports.importCodes>['items'][number] | null;
type Line = Extract<ReadLine, { is: unknown }>;

/** What became of a line; a word for a refusal. */
type Outcome = 'users' | 'codes' | 'referrals' | 'unchanged' | { reason: string };

/**
 * Takes some lines of a file in, in their order, and notes how far it is in the same transaction: whoever is killed goes on after the last
 * line noted, and what is sent twice is done once.
 * @param codes what each line's code leads to
 */
export async function importRows(tx: Transaction, { importId, after, rows }: Request, lines: readonly ReadLine[], codes: readonly CodeItem[]): Promise<ImportProgress> {
  const progress = await openImport(tx, importId);
  if (progress.line !== after) return progressOf(progress);
  const outcomes = new Map<number, Outcome>();
  const understood = lines.flatMap((read, n) => {
    if ('problem' in read) outcomes.set(read.line, { reason: read.problem });
    else outcomes.set(read.line, codeOutcome(read, codes[n]!));
    return 'is' in read ? [{ read, code: codes[n]! }] : [];
  });
  await takeUsers(tx, understood.map(({ read }) => read), outcomes);
  await takeReferrals(tx, importId, understood, outcomes);
  const refusals = [...outcomes].flatMap(([line, outcome]) => (typeof outcome === 'object' ? [{ line, reason: outcome.reason }] : []));
  for (const outcome of outcomes.values()) progress[typeof outcome === 'object' ? 'refused' : outcome] += 1;
  Object.assign(progress, { line: Math.max(after, ...rows.map(({ line }) => line)), updated_at: tx.now.toISOString() });
  await saveImport(tx, progress, refusals);
  return progressOf(progress);
}

function codeOutcome({ is }: Line, code: CodeItem): Outcome {
  if (code !== null && 'problem' in code) return { reason: code.problem };
  return is.record === 'user' ? 'users' : is.record === 'code' ? 'codes' : 'referrals';
}

async function takeUsers(tx: Transaction, lines: readonly Line[], outcomes: Map<number, Outcome>): Promise<void> {
  const users = lines.flatMap(({ line, is }) => (is.record === 'user' ? [{ line, is }] : []));
  if (users.length === 0) return;
  const updated = await updateUsers(tx, users.map(({ is: { record: _, ...user } }) => user));
  updated.forEach((outcome, n) => {
    if (outcome instanceof Refusal) outcomes.set(users[n]!.line, { reason: outcome.code });
  });
}

async function takeReferrals(tx: Transaction, importId: string, lines: readonly { read: Line; code: CodeItem }[], outcomes: Map<number, Outcome>): Promise<void> {
  const referrals = lines.flatMap(({ read: { line, is }, code }): ReferralLine[] =>
    is.record === 'referral' && code !== null && 'codeId' in code ? [{ line, is, code }] : []);
  if (referrals.length === 0) return;
  const decided = await importReferrals(tx, importId, referrals);
  decided.forEach((outcome, n) => {
    if (outcome !== 'imported') outcomes.set(referrals[n]!.line, outcome === 'unchanged' ? 'unchanged' : { reason: outcome });
  });
}
