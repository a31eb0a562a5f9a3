import { ROUTES } from '@referrals/contracts';
import { REFUSALS, type RefusalCode } from '@referrals/domain';

/** What a word means and what to do about it, where that is not the word itself. */
const MEANINGS: Partial<Record<RefusalCode, string>> = {
  invalid_json: 'the body is no JSON: cut short, a key twice in an object, more than 20 levels, no UTF-8',
  invalid_signature: 'the webhook was not signed with a secret of ours, or too long ago',
  unauthenticated: 'no key or token, or one that is not valid (any more)',
  payment_required: 'the user has no paid access',
  forbidden: 'the key is valid and may not do this',
  not_found: 'there is no such thing, or no such path',
  method_not_allowed: '`Allow` names the methods of this path',
  code_taken: 'another code of the same or a confusable text exists',
  already_referred: 'the user was brought by somebody else, for good',
  id_conflict: 'another fact with this id and another content was told before',
  insufficient_balance: 'less is available than is to be spent',
  already_decided: 'a person has decided this review',
  idempotency_in_progress: 'the first request with this key is not answered yet: ask again',
  stale_version: 'another version is in force by now: read it, and change that',
  too_large: 'the body is larger than 64 KiB',
  unsupported_media_type: 'bodies are `application/json`',
  invalid_request: '`errors` names each field',
  invalid_format: 'no code can look like this',
  reserved: 'the text is a reserved or an improper word',
  invalid_token: 'the attribution token is not ours, or has expired',
  self_referral: 'nobody refers himself',
  inactive: 'the code was switched off or paused',
  expired: 'the code has expired',
  exhausted: 'the code was used as often as it may be',
  not_new: 'the user has paid before',
  referral_loop: 'the referral would close a circle',
  unknown_currency: 'not a code of ISO 4217',
  occurred_in_future: '`occurredAt` is too far in the future',
  not_redeemable: 'this unit cannot be spent',
  forbidden_address: 'webhooks do not go to private addresses',
  idempotency_key_reused: 'the key came before, with another body',
  rate_limited: '`Retry-After` says when to come back',
  internal: 'a fault of ours; the request id helps to find it',
  unavailable: 'somebody does not answer; the outcome may be unknown, and repeating is safe',
  code_space_exhausted: 'no free code was found',
};

const HEAD = `# Problems

Errors are \`application/problem+json\` (RFC 9457). \`code\` is one of these words, over HTTP and NATS alike; words are never renamed. This table is made
from the contracts, and a test compares them.

| code | status | meaning | routes that name it |
| --- | --- | --- | --- |
`;

export function problemTable(): string {
  const rows = Object.entries(REFUSALS).map(([code, status]) => {
    const routes = ROUTES.filter(({ http }) => http.refusals?.includes(code as RefusalCode)).map(({ http }) => `\`${http.method} ${http.path}\``);
    return `| \`${code}\` | ${status} | ${MEANINGS[code as RefusalCode] ?? code.replaceAll('_', ' ')} | ${routes.join(', ')} |\n`;
  });
  return HEAD + rows.join('');
}

/** Writes the table anew: \`node dist/apps/gateway/src/operations/problem-table.js > docs/problems.md\` */
if (import.meta.filename === process.argv[1]) process.stdout.write(problemTable());
