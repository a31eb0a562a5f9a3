import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { parse, type Info } from 'csv-parse';
import { IMPORT_COLUMNS, type ImportColumn } from '@referrals/contracts';

export interface Batch {
  columns: ImportColumn[];
  rows: { line: number; values: string[] }[];
  bytesRead: number;
}

/** What one request takes at most: rows, and bytes of them, with room for what JSON adds. */
const MOST = { rows: 1_000, bytes: 180_000 };

export const sizeOf = async (file: string): Promise<number> => (await stat(file)).size;

/** The same file has the same name: run again, its import goes on. */
export async function nameOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * The file in batches, read as they are asked for, so that memory does not grow with it.
 * @param after lines up to this one are read over
 * @param misused called with what is wrong with the first line, or with the file as CSV
 */
export async function* readFile(file: string, after: number, misused: (message: string) => never): AsyncGenerator<Batch, void> {
  const source = createReadStream(file, { highWaterMark: 256 * 1_024 });
  const parser = source.pipe(parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true }));
  source.on('error', (error) => parser.destroy(error));
  let columns: ImportColumn[] | undefined;
  let rows: Batch['rows'] = [];
  let bytes = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      if (!columns) {
        columns = columnsOf(record, misused);
        continue;
      }
      if (info.lines <= after) continue;
      const length = record.reduce((sum, value) => sum + Buffer.byteLength(value) + 3, 30);
      if (rows.length === MOST.rows || (rows.length > 0 && bytes + length > MOST.bytes)) {
        yield { columns, rows, bytesRead: source.bytesRead };
        [rows, bytes] = [[], 0];
      }
      rows.push({ line: info.lines, values: record });
      bytes += length;
    }
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('CSV_')) misused(`${file}: ${(error as Error).message}`);
    throw error;
  }
  if (!columns) misused(`${file} is empty`);
  if (rows.length > 0) yield { columns, rows, bytesRead: source.bytesRead };
}

const plain = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '');
const KNOWN = new Map(IMPORT_COLUMNS.map((column) => [plain(column), column]));

/** `referee_id` and `Referee ID` are `refereeId` too. */
function columnsOf(header: string[], misused: (message: string) => never): ImportColumn[] {
  return header.map((name) => KNOWN.get(plain(name)) ?? misused(`no column '${name}': one of ${IMPORT_COLUMNS.join(', ')}`));
}
