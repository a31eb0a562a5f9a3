import { relationships, type Code, type codes, type Input } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { addAudit, type Room } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { changesProblem, isRaised, maxUsesProblem } from './code-changes.js';
import { CODE_COLUMNS, codeOf, type CodeRow } from './code-row.js';

export type Update = Input<typeof codes.update>;

const LOAD = `select ${CODE_COLUMNS} from code where id = $1 for update`;
const WRITE = `update code set is_active = $2, paused_reason = $3, max_uses = $4, daily_limit = $5, expires_at = $6, metadata = $7
  where id = $1 returning ${CODE_COLUMNS}`;

/** Changes what the request names and leaves the rest. @param exactUses null when it is not known: the room's own count then serves */
export async function updateCode(tx: Transaction, request: Update, exactUses: number | null, actor?: string): Promise<Code | Refusal> {
  const [code] = await tx.rows<CodeRow>(LOAD, [request.codeId]);
  if (!code) return new Refusal('not_found');
  if (request.exceptCampaigns && code.type === 'campaign') return new Refusal('forbidden');
  const problem =
    changesProblem(request, code.type, tx.programme) ?? maxUsesProblem(request.maxUses, code.maxUses, Math.max(exactUses ?? 0, code.usesCount));
  if (problem) return problem;
  const [changed] = await tx.rows<CodeRow>(WRITE, [request.codeId, ...Object.values(changedFields(code, request))]);
  if (code.type === 'campaign') await addAudit(tx, { actor, action: 'campaign.changed', subject: code.id, before: codeOf(code), after: codeOf(changed!) });
  return codeOf(changed!);
}

function changedFields(code: CodeRow, { isActive, maxUses, dailyLimit, expiresAt, metadata }: Update) {
  const kept = metadata === undefined ? code.metadata : metadata;
  return {
    isActive: isActive ?? code.isActive,
    pausedReason: isActive === true ? null : code.pausedReason,
    maxUses: maxUses === undefined ? code.maxUses : maxUses,
    dailyLimit: dailyLimit === undefined ? code.dailyLimit : dailyLimit,
    expiresAt: expiresAt === undefined ? code.expiresAt : expiresAt && new Date(expiresAt),
    metadata: kept && JSON.stringify(kept),
  };
}

/** The relationships room counts uses; the count here lags behind it. Asked only where the answer can refuse something. */
export async function exactUses({ db, bus }: Room, { codeId, maxUses }: Update): Promise<number | null> {
  if (typeof maxUses !== 'number') return null;
  const [code] = await db.rows<{ maxUses: number | null }>('select max_uses as "maxUses" from code where id = $1', [codeId]);
  if (!code || isRaised(maxUses, code.maxUses)) return null;
  try {
    const { uses } = await bus.request(relationships.countUses, { codeIds: [codeId] }, { timeoutMs: 700 });
    return uses[codeId] ?? 0;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
