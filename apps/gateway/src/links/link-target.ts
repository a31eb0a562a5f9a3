import type { Env } from '@referrals/config';
import { Refusal } from '@referrals/domain';

/** Nothing in a target that two parsers may read in two ways: white space, control characters, backslashes, an `@` before the path. */
const PLAIN = /^https?:\/\/[^\s\\/?#@\p{Cc}]+(?:[/?#][^\s\\\p{Cc}]*)?$/iu;

const refused = (): Refusal => new Refusal('invalid_request', { errors: [{ path: 'to', message: 'not a place that links may lead to' }] });

/** Where links may lead: allow-listed origins alone, each as scheme, host and port. */
export class LinkTargets {
  private readonly origins: Set<string>;

  /** @throws Error in one line that names LINK_ORIGINS */
  constructor(private readonly env: Pick<Env, 'LINK_ORIGINS' | 'LANDING_URL'>) {
    this.origins = new Set(env.LINK_ORIGINS.map((text) => {
      if (!PLAIN.test(text) || !URL.canParse(text)) throw new Error(`environment: LINK_ORIGINS: ${text} is no origin, as https://example.com is one`);
      return new URL(text).origin;
    }));
  }

  /** The address to answer with; `token` is added as `ref`. @throws Refusal `invalid_request` for what is not allowed */
  locationOf(to: string | undefined, token: string | null): string {
    if (to !== undefined) return withRef(this.allowed(to), token);
    if (this.env.LANDING_URL) return withRef(new URL(this.env.LANDING_URL), token);
    return `/portal${token ? `?ref=${encodeURIComponent(token)}` : ''}`;
  }

  private allowed(to: string): URL {
    if (!PLAIN.test(to) || !URL.canParse(to)) throw refused();
    const url = new URL(to);
    if (!this.origins.has(url.origin) || url.username !== '' || url.password !== '') throw refused();
    return url;
  }
}

function withRef(url: URL, token: string | null): string {
  if (token) url.searchParams.set('ref', token);
  return url.href;
}
