import { ImportLine, type ImportColumn, type ImportedCode } from '@referrals/contracts';

/** A line of a file, understood; or why not. */
export type ReadLine = { line: number; is: ImportLine } | { line: number; problem: string };

/** Names that people give to the same columns. */
const SAME: Partial<Record<ImportColumn, ImportColumn>> = { appId: 'sourceAppId' };

/** Understands lines one by one: what one says wrong fails none of its neighbours. Without a `record` a line is a referral. */
export function readLines(columns: readonly ImportColumn[], rows: readonly { line: number; values: string[] }[]): ReadLine[] {
  return rows.map(({ line, values }): ReadLine => {
    if (values.length > columns.length) return { line, problem: 'invalid_request: more fields than columns' };
    const fields: Record<string, string> = { record: 'referral' };
    values.forEach((value, n) => {
      const column = columns[n]!;
      if (value !== '') fields[SAME[column] ?? column] = value;
    });
    const read = ImportLine.safeParse(fields);
    if (read.success) return { line, is: read.data };
    const names = read.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.') || 'record']));
    return { line, problem: `invalid_request: ${[...new Set(names)].join(', ')}` };
  });
}

/** The code that a line makes or means; null for a line that has none. */
export function codeOf(line: ImportLine): ImportedCode | null {
  if (line.record === 'user') return null;
  if (line.record === 'referral') return { userId: line.referrerId, code: line.code, type: 'custom', isActive: true };
  const { userId, code, type, sourceAppId, maxUses, dailyLimit, expiresAt, isActive = true, createdAt } = line;
  return { userId, code, type, sourceAppId, maxUses, dailyLimit, expiresAt, isActive, createdAt };
}
