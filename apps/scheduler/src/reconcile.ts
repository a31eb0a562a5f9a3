import type { Input, Reply, scheduler } from '@referrals/contracts';
import { decodeCursor, listing, page, type Database, type Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';
import { CHECKS, type Check } from './checks.js';

export interface Difference {
  check: string;
  subject: string;
  expected: string | null;
  found: string | null;
}

type Step = Reply<typeof scheduler.reconcile> & { differences: Difference[] };
type Row = Omit<Difference, 'check'>;

const PAGE = (rows: string): string => `with looked as materialized (${rows})
  select (select count(*) from looked) as count, (select max(subject) from looked) as last,
    (select coalesce(json_agg(d), '[]') from looked d where d.expected is distinct from d.found) as differing`;

/**
 * Looks at one page of one check. What is still on its way between two rooms looks like a difference, so each is looked
 * at again after a moment, and counts when it stays as it was.
 */
export async function reconcile(reader: Database, { cursor, limit }: Input<typeof scheduler.reconcile>, settle = waitForSettling): Promise<Step> {
  const [name, after] = (cursor ?? '').split(' ');
  const check = CHECKS.find((entry) => entry.name === name) ?? CHECKS[0]!;
  const look = (): Promise<Looked[]> => reader.rows<Looked>(PAGE(check.rows), [after || null, limit]);
  const [first] = await look();
  let differing = first!.differing;
  if (differing.length > 0) {
    await settle();
    const [second] = await look();
    differing = second!.differing.filter((now) => differing.some((before) => isSame(before, now)));
  }
  return { ...stepAfter(check, first!, limit), changed: differing.length, differences: differing.map((row) => ({ check: check.name, ...row })) };
}

interface Looked {
  count: number;
  last: string | null;
  differing: Row[];
}

const isSame = (a: Row, b: Row): boolean => a.subject === b.subject && a.expected === b.expected && a.found === b.found;

function stepAfter(check: Check, { count, last }: Looked, limit: number): { processed: number; more: boolean; cursor: string | null } {
  const next = CHECKS[CHECKS.indexOf(check) + 1];
  const cursor = count === limit ? `${check.name} ${last}` : next ? `${next.name} ` : null;
  return { processed: count, more: cursor !== null, cursor };
}

const SETTLING_MS = 1_500;
const waitForSettling = (): Promise<void> => new Promise((done) => setTimeout(done, SETTLING_MS));

const KEEP = `insert into difference (id, run_id, check_name, subject, expected, found, found_at)
  select id, "runId", "check", subject, expected, found, common.now()
  from json_to_recordset($1::json) as t(id uuid, "runId" uuid, "check" text, subject text, expected text, found text)`;

export async function keepDifferences(tx: Transaction, differences: Difference[], runId = uuidv7()): Promise<void> {
  if (differences.length > 0) await tx.rows(KEEP, [JSON.stringify(differences.map((row) => ({ id: uuidv7(), runId, ...row })))]);
}

type Listing = typeof scheduler.listDifferences;
type DifferenceRow = Omit<Reply<Listing>['data'][number], 'foundAt'> & { foundAt: Date };

const DIFFERENCES = `select id, run_id as "runId", check_name as "check", subject, expected, found, found_at as "foundAt" from difference`;

export async function listDifferences(db: Database, { limit, cursor }: Input<Listing>): Promise<Reply<Listing>> {
  const [before] = decodeCursor(cursor, ['id']) ?? [];
  const rows = await db.rows<DifferenceRow>(...listing(DIFFERENCES, [before !== undefined && ['id < ?', before]], 'id desc', limit + 1));
  const { data, nextCursor } = page(rows, limit, (row) => [row.id]);
  return { data: data.map((row) => ({ ...row, foundAt: row.foundAt.toISOString() })), nextCursor };
}
