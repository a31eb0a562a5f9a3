import type { Reply, scheduler } from '@referrals/contracts';

type ExportPage = Reply<typeof scheduler.exportUser>;

/** An export of many pages as one JSON document, piece by piece: pages tell rooms and tables in one order, and go on within a table. */
export async function* exportText(first: ExportPage, pageAfter: (cursor: string) => Promise<ExportPage>): AsyncGenerator<string, void> {
  yield `{"userId":${JSON.stringify(first.userId)},"rooms":{`;
  let [inRoom, inTable] = ['', ''];
  for (let page: ExportPage | null = first; page; page = page.nextCursor ? await pageAfter(page.nextCursor) : null) {
    for (const [room, tables] of Object.entries(page.rooms)) {
      for (const [table, rows] of Object.entries(tables)) {
        if (inRoom !== room) yield `${inRoom && ']},'}${JSON.stringify(room)}:{${JSON.stringify(table)}:[`;
        else yield inTable === table ? ',' : `],${JSON.stringify(table)}:[`;
        [inRoom, inTable] = [room, table];
        yield rows.map((row) => JSON.stringify(row)).join(',');
      }
    }
  }
  yield inRoom ? ']}}}' : '}}';
}
