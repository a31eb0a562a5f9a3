import { Controller, Inject } from '@nestjs/common';
import { codes, links, type Input, type Reply } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Answer } from '@referrals/messaging';
import { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';
import { Route } from '../http/route.js';
import { isPreview } from './preview.js';

type Redirect = Answer<Reply<typeof links.follow>>;
/** The people behind a link wait for no slow room: they are led on without a token. */
const TOKEN_MS = 900;

@Controller()
export class LinksController {
  constructor(@Inject(Gateway) private readonly gateway: Gateway) {}

  /** Leads on whatever becomes of the code: unknown, misspelt or not to be looked up now, only the token is missing. */
  @Route(links.follow)
  async follow({ code, to }: Input<typeof links.follow>, call: Call): Promise<Redirect> {
    const { targets, isProduction } = this.gateway.links;
    targets.locationOf(to, null);
    const click = await this.click(code, call);
    const cookie = click && cookieOf(click, isProduction);
    return { value: { location: targets.locationOf(to, click?.token ?? null), cookie }, replayed: false };
  }

  private async click(code: string, call: Call): Promise<Reply<typeof codes.click> | null> {
    try {
      const counts = !isPreview(call.method, call.headers);
      return await this.gateway.bus.request(codes.click, { code, counts }, { ...call.options, timeoutMs: TOKEN_MS });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status >= 500) this.gateway.log.warn({ requestId: call.options.requestId, code: error.code }, 'link_without_token');
      return null;
    }
  }
}

/** The last click wins: it takes the cookie's place. The token is signed, so the cookie needs no signature beside it. */
function cookieOf({ token, expiresAt }: Reply<typeof codes.click>, isProduction: boolean): string {
  return `referral=${token}; Path=/; Expires=${new Date(expiresAt).toUTCString()}; HttpOnly; SameSite=Lax${isProduction ? '; Secure' : ''}`;
}
