import type { Input, ProgrammeInForce, scheduler } from '@referrals/contracts';
import { decodeCursor, listing, page, type Database, type Page } from '@referrals/persistence';

interface Row extends Omit<ProgrammeInForce, 'inForceFrom'> {
  inForceFrom: Date | null;
}

const PROGRAMMES = `select version, body as programme, case when isfinite(in_force_from) then in_force_from end as "inForceFrom", created_by as "createdBy"
  from common.programme`;

/** Every version there was, newest first. */
export async function listProgrammes(db: Database, { limit, cursor }: Input<typeof scheduler.listProgrammes>): Promise<Page<ProgrammeInForce>> {
  const [before] = decodeCursor(cursor, ['count']) ?? [];
  const rows = await db.rows<Row>(...listing(PROGRAMMES, [before !== undefined && ['version < ?', before]], 'version desc', limit + 1));
  const { data, nextCursor } = page(rows, limit, ({ version }) => [String(version)]);
  return { data: data.map(({ version, inForceFrom, createdBy, programme }) => ({ version, inForceFrom: inForceFrom?.toISOString() ?? null, createdBy, programme })), nextCursor };
}
