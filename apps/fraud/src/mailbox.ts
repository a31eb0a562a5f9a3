import { domainToASCII } from 'node:url';

/** A mailbox as its provider delivers to it, whatever way it was written. */
export interface Mailbox {
  /** `local@domain` */
  canonical: string;
  /** the same without the digits of its local part; null where fewer than three letters remain */
  bare: string | null;
  domain: string;
}

/** What a provider does to addresses beyond dropping the tag behind a plus. */
interface Provider {
  domain: string;
  ignoresDots: boolean;
}

const GMAIL: Provider = { domain: 'gmail.com', ignoresDots: true };
const PROVIDERS = new Map([['gmail.com', GMAIL], ['googlemail.com', GMAIL]]);

const LEAST_LETTERS = 3;

/** @returns null when the text is no e-mail address */
export function mailboxOf(text: string): Mailbox | null {
  const email = text.trim().normalize('NFKC').toLowerCase();
  const at = email.lastIndexOf('@');
  const written = domainToASCII(email.slice(at + 1).replace(/\.$/, ''));
  if (at < 1 || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(written) || /[\s@]/.test(email.slice(0, at))) return null;
  const provider = PROVIDERS.get(written);
  const [untagged = ''] = email.slice(0, at).split('+');
  const local = provider?.ignoresDots ? untagged.replaceAll('.', '') : untagged;
  if (local === '') return null;
  const domain = provider?.domain ?? written;
  const bare = local.replace(/\p{Nd}/gu, '');
  const letters = bare.match(/\p{L}/gu)?.length ?? 0;
  return { canonical: `${local}@${domain}`, bare: letters >= LEAST_LETTERS ? `${bare}@${domain}` : null, domain };
}
