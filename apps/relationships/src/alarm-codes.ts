import { events } from '@referrals/contracts';
import { codeAlarm, type CodeResolution, type RegistrationDecision } from '@referrals/domain';
import type { Transaction } from '@referrals/persistence';
import { windowsOf } from './register-referrals.js';

const NOTE = 'select * from note_refusals($1, $2, $3)';
const WRITE = `insert into code_alarm (code_id, alarmed_at, alarms)
  select "codeId", $3, alarms from json_to_recordset($2::json) as t("codeId" uuid, alarms int) order by 1
  on conflict (code_id) do update set alarmed_at = excluded.alarmed_at, alarms = excluded.alarms`;

interface Counted {
  codeId: string;
  refused: number;
  registered: number;
  /** raised before */
  alarms: number;
}

/**
 * Counts what was refused or registered with each code, and raises an alarm for one that looks leaked. Only crowds can
 * register that many: other codes have their daily limits. A code that is inactive already counts no more.
 */
export async function alarmCodes(tx: Transaction, decided: { resolution: CodeResolution; decision: RegistrationDecision }[]): Promise<void> {
  const noted = new Map<string, { codeId: string; refused: number }>();
  for (const { resolution, decision } of decided) {
    if (!('code' in resolution) || decision.outcome === 'already_registered' || decision.outcome === 'inactive') continue;
    const { codeId, type } = resolution.code;
    const isRegistered = decision.outcome === 'registered';
    if (isRegistered && type !== 'campaign') continue;
    const entry = noted.get(codeId) ?? { codeId, refused: 0 };
    if (!isRegistered) entry.refused += 1;
    noted.set(codeId, entry);
  }
  if (noted.size === 0) return;
  const counted = await tx.rows<Counted>(NOTE, [JSON.stringify([...noted.values()]), tx.now, windowsOf(tx).dayAgo]);
  const alarmed = counted.flatMap((code) => {
    const reason = codeAlarm(code, tx.programme.registration.alarm);
    return reason === null ? [] : [{ ...code, alarms: code.alarms + 1, reason }];
  });
  for (const { codeId, alarms, reason, refused, registered } of alarmed) {
    const data = { codeId, reason, refused, registered, alarmedAt: tx.now.toISOString() };
    tx.emit(events.codeAlarmed, { aggregateId: codeId, sequence: alarms, occurredAt: tx.now, data });
  }
  if (alarmed.length > 0) await tx.write(WRITE, [JSON.stringify(alarmed), tx.now]);
}
