import type { Code } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { ProgrammeVersion } from '@referrals/persistence';

/** What an owner may set on a code; null takes a limit away, undefined leaves it. */
export interface CodeChanges {
  maxUses?: number | null | undefined;
  dailyLimit?: number | null | undefined;
  expiresAt?: string | null | undefined;
  metadata?: Code['metadata'] | undefined;
}

const invalid = (path: string, message: string): Refusal => new Refusal('invalid_request', { errors: [{ path, message }] });

/** What the programme and the kind of code forbid, whatever is stored. */
export function changesProblem(changes: CodeChanges, type: Code['type'], programme: ProgrammeVersion): Refusal | null {
  if (changes.dailyLimit && type !== 'campaign') return invalid('dailyLimit', 'only campaign codes have one');
  const { metadataBytes } = programme.codes;
  const isTooLarge = changes.metadata && Buffer.byteLength(JSON.stringify(changes.metadata)) > metadataBytes;
  return isTooLarge ? invalid('metadata', `at most ${metadataBytes} bytes`) : null;
}

/** Raising a limit is free at any time; lowering it below what was used already is not. */
export function maxUsesProblem(wanted: number | null | undefined, present: number | null, usesCount: number): Refusal | null {
  if (wanted === null || wanted === undefined || isRaised(wanted, present) || wanted >= usesCount) return null;
  return invalid('maxUses', `below the ${usesCount} uses so far`);
}

export const isRaised = (wanted: number, present: number | null): boolean => present !== null && wanted >= present;
