import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Programme } from '@referrals/config';
import type { Input, ProgrammeInForce, scheduler } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { addAudit, type Outcome } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';

interface ProgrammeRow {
  version: number;
  body: Record<string, never>;
  inForceFrom: Date | null;
  createdBy: string;
}

const IN_FORCE = `select version, body, case when isfinite(in_force_from) then in_force_from end as "inForceFrom", created_by as "createdBy"
  from common.programme where version = common.programme_version()`;
/** The instant is that of the row's making: nobody who began before it sees the version, and everybody who begins after it does. */
const INSERT = `insert into common.programme (version, body, hash, in_force_from, created_by)
  select max(version) + 1, $1, $2, common.now(), $3 from common.programme`;

type Rows = (text: string, values?: unknown[]) => Promise<ProgrammeRow[]>;

export async function getProgramme(rows: Rows): Promise<ProgrammeInForce> {
  const [row] = await rows(IN_FORCE);
  const { version, body, inForceFrom, createdBy } = row!;
  return { version, inForceFrom: inForceFrom?.toISOString() ?? null, createdBy, programme: body };
}

/** One after the other: of two changes of the same version the second is stale. */
export async function putProgramme(tx: Transaction, { baseVersion, programme }: Input<typeof scheduler.putProgramme>, actor: string): Promise<Outcome<ProgrammeInForce>> {
  const parsed = Programme.safeParse(programme);
  if (!parsed.success) {
    return new Refusal('invalid_request', { errors: parsed.error.issues.map(({ path, message }) => ({ path: ['programme', ...path].join('.'), message })) });
  }
  await tx.rows(`select pg_advisory_xact_lock(common.lock_key('programme', 'versions'))`);
  const rows: Rows = (text, values) => tx.rows<ProgrammeRow>(text, values);
  const before = await getProgramme(rows);
  if (before.version !== baseVersion) return new Refusal('stale_version', { message: `version ${before.version} is in force` });
  const body = JSON.stringify(parsed.data);
  await tx.rows(INSERT, [body, createHash('sha256').update(body).digest('hex'), actor]);
  const after = await getProgramme(rows);
  const changed = Object.keys(after.programme).filter((part) => !isDeepStrictEqual(before.programme[part], after.programme[part]));
  await addAudit(tx, { actor, action: 'programme.changed', subject: `version ${after.version}`, before: partsOf(before, changed), after: partsOf(after, changed) });
  return after;
}

const partsOf = ({ version, programme }: ProgrammeInForce, parts: string[]): object => ({ version, ...Object.fromEntries(parts.map((part) => [part, programme[part]])) });
