import type { CodeResolution, ResolvedCode } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import type { ReferralRow } from './referral-row.js';
import { windowsOf } from './register-referrals.js';

/** What deciding a list of registrations needs, read under the locks that make it stay true until the commit. */
export interface Prepared {
  /** by user, their referrer: all ancestors of the list's referrers, when somebody could close a cycle */
  parents: Record<string, string>;
  /** the referrals that the list's referees have already */
  referrals: ReferralRow[];
  /** registrations of each referrer in the last day and in the last hour, campaign codes not counted */
  referrers: Map<string, { day: number; hour: number }>;
  codes: Map<string, { uses: number; day: number }>;
  /** referees with activity or payments that came before their referral */
  withFacts: Set<string>;
  paid: Set<string>;
}

const NOTHING: Prepared = { parents: {}, referrals: [], referrers: new Map(), codes: new Map(), withFacts: new Set(), paid: new Set() };

const PREPARE = 'select relationships.prepare_registrations($1, $2, $3) as prepared';

interface PreparedJson {
  parents: Record<string, string>;
  referrals: ReferralRow[];
  referrers: { id: string; day: number; hour: number }[];
  codes: { id: string; uses: number; day: number }[];
  withFacts: string[];
  paid: string[];
}

export async function prepareRegistrations(tx: Transaction, list: { refereeId: string; resolution: CodeResolution }[]): Promise<Prepared> {
  const items = list.flatMap(({ refereeId, resolution }) => {
    if (!('code' in resolution)) return [];
    const { codeId, ownerId, type, maxUses, dailyLimit } = resolution.code;
    return [{ refereeId, ownerId, codeId, isCampaign: type === 'campaign', isCounted: maxUses !== null || dailyLimit !== null }];
  });
  if (items.length === 0) return NOTHING;
  const { dayAgo, hourAgo } = windowsOf(tx);
  const [row] = await tx.rows<{ prepared: PreparedJson }>(PREPARE, [JSON.stringify(items), dayAgo, hourAgo]);
  const { parents, referrals, referrers, codes, withFacts, paid } = row!.prepared;
  return {
    parents,
    referrals,
    referrers: new Map(referrers.map((entry) => [entry.id, entry])),
    codes: new Map(codes.map((entry) => [entry.id, entry])),
    withFacts: new Set(withFacts),
    paid: new Set(paid),
  };
}

/** Rows in the order of their referees, so that two lists with the same people never wait for each other in a circle. */
const WRITE = `with
  made as (
    insert into referral (id, referrer_id, referee_id, code_id, code_type, source_app_id, registered_at, arrived_at)
    select id, referrer_id, referee_id, code_id, code_type, source_app_id, registered_at, arrived_at
    from json_to_recordset($2::json) as t(id uuid, referrer_id text, referee_id text, code_id uuid, code_type text, source_app_id text,
      registered_at timestamptz, arrived_at timestamptz)
    order by referee_id on conflict (referee_id) do nothing returning id),
  used as (
    insert into code_use (code_id, uses, max_uses)
    select code_id, uses, max_uses from json_to_recordset($3::json) as t(code_id uuid, uses int, max_uses int) order by code_id
    on conflict (code_id) do update set uses = code_use.uses + excluded.uses, max_uses = excluded.max_uses returning code_id)
  select (select count(*) from made) as made, (select count(*) from used) as used`;

/** @returns how many were new; fewer than given means that somebody else was quicker */
export async function writeRegistrations(tx: Transaction, made: ReferralRow[], maxUses: Map<string, number | null>): Promise<number> {
  const uses = new Map<string, number>();
  for (const row of made) uses.set(row.code_id, (uses.get(row.code_id) ?? 0) + 1);
  const counts = [...uses].map(([code_id, count]) => ({ code_id, uses: count, max_uses: maxUses.get(code_id) ?? null }));
  const rows = made.map(({ id, referrer_id, referee_id, code_id, code_type, source_app_id, registered_at, arrived_at }) => (
    { id, referrer_id, referee_id, code_id, code_type, source_app_id, registered_at, arrived_at }));
  const [result] = await tx.write<{ made: number }>(WRITE, [JSON.stringify(rows), JSON.stringify(counts)]);
  return result!.made;
}

/** The registration whose leaving the window makes room again in each limit that is full: the one `most` places from the newest. */
const BLOCKING = `select l.id, array_remove(array[
    (select r.arrived_at from referral r
     where not l."isCampaign" and r.referrer_id = l."ownerId" and r.code_type <> 'campaign' and r.arrived_at > $2 order by r.arrived_at desc offset l."perReferrer" - 1 limit 1),
    (select r.arrived_at from referral r
     where not l."isCampaign" and r.referrer_id = l."ownerId" and r.code_id = l.id and r.arrived_at > $2 order by r.arrived_at desc offset l."perCode" - 1 limit 1),
    (select r.arrived_at from referral r
     where l."isCampaign" and r.code_id = l.id and r.code_type = 'campaign' and r.arrived_at > $2 order by r.arrived_at desc offset l."perCode" - 1 limit 1)], null) as blocking
  from json_to_recordset($1::json) as l(id uuid, "ownerId" text, "isCampaign" boolean, "perReferrer" int, "perCode" int)`;

/** By code id, what fills the limits of these codes and of their owners. */
export async function readBlocking(tx: Transaction, codes: readonly ResolvedCode[]): Promise<Map<string, Date[]>> {
  const { perReferrer, perCode } = tx.programme.registration;
  const limits = codes.map(({ codeId, ownerId, type, dailyLimit }) => (
    { id: codeId, ownerId, isCampaign: type === 'campaign', perReferrer, perCode: type === 'campaign' ? dailyLimit : perCode }));
  const rows = await tx.rows<{ id: string; blocking: Date[] }>(BLOCKING, [JSON.stringify(limits), windowsOf(tx).dayAgo]);
  return new Map(rows.map(({ id, blocking }) => [id, blocking]));
}
