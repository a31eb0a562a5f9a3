import disposable from 'disposable-email-domains-js';

const domains = disposable.disposableEmailBlocklistSet();

/** The entry of the list of disposable domains that a domain, or a parent of it, is on; null when there is none. */
export function disposableDomain(domain: string): string | null {
  const labels = domain.split('.');
  const candidates = labels.map((_, from) => labels.slice(from).join('.'));
  return candidates.find((candidate) => domains.has(candidate)) ?? null;
}
