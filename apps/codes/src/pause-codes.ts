import type { EventData, events } from '@referrals/contracts';
import type { Log, ReceivedEvent } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { v7 as uuidv7 } from 'uuid';

const PAUSE = `with
  alarmed as (select distinct on (1) "codeId", reason from json_to_recordset($1::json) as t("codeId" uuid, reason text) order by 1, reason),
  locked as (select c.id, alarmed.reason from code c join alarmed on alarmed."codeId" = c.id where c.is_active order by c.id for no key update of c)
  update code c set is_active = false, paused_reason = locked.reason from locked where c.id = locked.id returning c.id, c.paused_reason as reason`;
const AUDIT = `insert into audit (id, actor, action, subject, before, after, created_at)
  select t.id, 'codes', 'code.paused', t."codeId"::text, '{"isActive":true}', t.after, $2 from json_to_recordset($1::json) as t(id uuid, "codeId" uuid, after json)`;

/** A code that looks leaked serves nobody until its owner or an operator activates it again. */
export async function pauseCodes(tx: Transaction, received: ReceivedEvent<EventData<typeof events.codeAlarmed>>[], log: Log): Promise<void> {
  const paused = await tx.rows<{ id: string; reason: string }>(PAUSE, [JSON.stringify(received.map(({ data }) => data))]);
  if (paused.length === 0) return;
  await tx.rows(AUDIT, [JSON.stringify(paused.map(({ id, reason }) => ({ id: uuidv7(), codeId: id, after: { isActive: false, pausedReason: reason } }))), tx.now]);
  tx.afterCommit(() => paused.forEach(({ id, reason }) => log.warn({ codeId: id, reason }, 'code_paused')));
}
