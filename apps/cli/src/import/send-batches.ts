import { imports, type ImportProgress } from '@referrals/contracts';
import type { ReferralsClient } from '@referrals/client';
import type { Batch } from './read-file.js';

/** So many batches are under way at once: one is read and checked while the one before is written. */
const UNDER_WAY = 2;

interface Sent {
  batch: Batch;
  /** the last line before it */
  after: number;
  answer: Promise<ImportProgress>;
}

/**
 * Sends the batches in their order.
 * @param after the last line that is done already
 * @returns each with how far the import was after it
 * @throws Error when somebody else imports under the same name
 */
export async function* sendBatches(
  client: ReferralsClient, importId: string, after: number, batches: AsyncIterable<Batch>,
): AsyncGenerator<{ batch: Batch; stands: ImportProgress }> {
  const underWay: Sent[] = [];
  for await (const batch of batches) {
    underWay.push({ batch, after, answer: send(client, importId, after, batch) });
    after = lastLine(batch);
    if (underWay.length === UNDER_WAY) yield await taken(client, importId, underWay.shift()!, underWay);
  }
  while (underWay.length > 0) yield await taken(client, importId, underWay.shift()!, underWay);
}

const lastLine = ({ rows }: Batch): number => rows.at(-1)!.line;

function send(client: ReferralsClient, importId: string, after: number, { columns, rows }: Batch): Promise<ImportProgress> {
  const answer = client.call(imports.rows, { importId, after, columns, rows });
  answer.catch(() => undefined); // whoever waits for it hears of it, and one that is not waited for any more failed behind another
  return answer;
}

/**
 * One that arrived before the one ahead of it changed nothing: it is sent again now that the one ahead is done, and those behind it after it. Lines
 * beyond it may be done already, by a command that was killed while its last batches were under way.
 */
async function taken(client: ReferralsClient, importId: string, one: Sent, behind: readonly Sent[]): Promise<{ batch: Batch; stands: ImportProgress }> {
  const isTaken = ({ line }: ImportProgress): boolean => line >= lastLine(one.batch);
  let stands = await one.answer;
  if (!isTaken(stands)) {
    await Promise.allSettled(behind.map(({ answer }) => answer));
    for (const each of [one, ...behind]) each.answer = send(client, importId, each.after, each.batch);
    stands = await one.answer;
  }
  if (!isTaken(stands)) throw new Error(`somebody else imports this file too: the import is at line ${stands.line}`);
  return { batch: one.batch, stands };
}
