import type { codes, Input, Reply } from '@referrals/contracts';
import { lookupKey } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';

type Contract = typeof codes.addAliases;

const INSERT = `insert into alias (text, lookup_key, code_id, created_at)
  select t.text, t.key, t."codeId", $2 from json_to_recordset($1::json) as t(text text, key text, "codeId" uuid)
  join code c on c.id = t."codeId" order by t.text on conflict do nothing`;

const OUTCOMES = `select case when a.code_id = t."codeId" then 'added' when c.id is null then 'not_found' else 'code_taken' end as outcome
  from json_to_recordset($1::json) as t(n int, text text, "codeId" uuid)
  left join alias a on a.text = t.text left join code c on c.id = t."codeId" order by t.n`;

/** Texts of an older system that lead to codes from now on; adding one twice is no error. */
export async function addAliases(tx: Transaction, { aliases }: Input<Contract>): Promise<Reply<Contract>> {
  const items = JSON.stringify(aliases.map(({ text, codeId }, n) => ({ n, text, key: lookupKey(text), codeId })));
  await tx.rows(INSERT, [items, tx.now]);
  return { items: await tx.rows<Reply<Contract>['items'][number]>(OUTCOMES, [items]) };
}
