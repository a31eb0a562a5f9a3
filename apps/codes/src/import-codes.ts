import type { Code, ImportedCode, imports, Reply } from '@referrals/contracts';
import { lookupKey, Refusal } from '@referrals/domain';
import { newId, type Transaction } from '@referrals/persistence';
import { addAliases } from './add-aliases.js';
import { findCodes, type Found } from './find-codes.js';
import { issueCodes, loadAutoCodes } from './issue-codes.js';

type Item = Reply<typeof imports.importCodes>['items'][number];

/** A second code that calls itself automatic is one of the user's own choice: the first stays the one that is shown. */
const INSERT = `insert into code (id, user_id, code, lookup_key, type, source_app_id, max_uses, daily_limit, expires_at, is_active, created_at)
  select t.id, t."userId", t.code, t.key,
    case when t.type = 'auto' and exists (select from code k where k.type = 'auto' and k.user_id = t."userId") then 'custom' else t.type end,
    t."sourceAppId", t."maxUses", case when t.type = 'campaign' then t."dailyLimit" end, t."expiresAt", t."isActive", coalesce(t."createdAt", $2)
  from json_to_recordset($1::json) as t(id uuid, "userId" text, code text, key text, type text, "sourceAppId" text, "maxUses" int, "dailyLimit" int,
    "expiresAt" timestamptz, "isActive" boolean, "createdAt" timestamptz)
  order by t.key on conflict do nothing`;

/**
 * Codes of another system, a list at a time. A text that can be a code becomes one of its user; one that cannot, or looks like somebody else's code,
 * becomes an alias that leads to the user's automatic code. Without a text that code is meant, without a user the text is only looked up.
 */
export async function importCodes(tx: Transaction, list: ImportedCode[]): Promise<Item[]> {
  const wanted = firstOf(list.filter(({ userId, code }) => userId !== undefined && code !== undefined), ({ code }) => code!);
  const fitting = wanted.flatMap((item) => {
    const key = lookupKey(item.code!);
    return key === null ? [] : [{ ...item, id: newId(), key, code: item.code!.trim().toUpperCase() }];
  });
  if (fitting.length > 0) await tx.rows(INSERT, [JSON.stringify(firstOf(fitting, ({ key }) => key)), tx.now]);
  const misfits = await withoutCode(tx, wanted);
  const automatic = await automaticCodes(tx, [...misfits, ...list.filter(({ code }) => code === undefined)].map(({ userId }) => userId!));
  const aliases = misfits.flatMap(({ code, userId }) => (automatic.has(userId!) ? [{ text: code!, codeId: automatic.get(userId!)!.id }] : []));
  if (aliases.length > 0) await addAliases(tx, { aliases });
  const found = await findByText(tx, list);
  return list.map((item, n) => (item.code === undefined ? ofUser(automatic.get(item.userId!)) : ofText(item, found[n]!)));
}

/** Of several with the same key the first. */
const firstOf = <T>(list: readonly T[], keyOf: (item: T) => string): T[] => [...new Map(list.toReversed().map((item) => [keyOf(item), item])).values()];

const findByText = async (tx: Transaction, list: readonly ImportedCode[]): Promise<Found[]> =>
  list.length === 0 ? [] : (await findCodes(tx, list.map(({ code }) => (code === undefined ? null : { text: code })))).found;

/** Those whose text leads nowhere, or to a look-alike of somebody else's; a text that somebody else has exactly stays theirs. */
async function withoutCode(tx: Transaction, wanted: readonly ImportedCode[]): Promise<ImportedCode[]> {
  const found = await findByText(tx, wanted);
  return wanted.filter((item, n) => {
    const known = found[n]!;
    return 'problem' in known || (known.code.userId !== item.userId && known.code.code !== item.code!.trim().toUpperCase());
  });
}

async function automaticCodes(tx: Transaction, userIds: string[]): Promise<Map<string, Code>> {
  const users = [...new Set(userIds)];
  if (users.length === 0) return new Map();
  const { outcomes } = await issueCodes(tx, users, await loadAutoCodes(tx, users));
  return new Map(outcomes.flatMap((outcome) => (outcome instanceof Refusal ? [] : [[outcome.userId, outcome] as const])));
}

const ofUser = (code: Code | undefined): Item => (code ? { codeId: code.id, ownerId: code.userId, type: code.type } : { problem: 'code_space_exhausted' });

function ofText({ userId }: ImportedCode, found: Found): Item {
  if ('problem' in found) return { problem: found.problem };
  const { id, userId: ownerId, type } = found.code;
  return userId !== undefined && ownerId !== userId ? { problem: 'code_taken' } : { codeId: id, ownerId, type };
}
