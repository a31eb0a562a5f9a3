import { SignJWT } from 'jose';
import { eventually } from './client.js';
import type { Product } from './product.js';

export const HOST_SECRET = 'a secret of the host, for stories alone';

/** A token as the host's own app would hand it to a signed-in user. */
export const tokenOf = (userId: string): Promise<string> =>
  new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject(userId).setExpirationTime('1h').sign(new TextEncoder().encode(HOST_SECRET));

const ago = (hours: number): string => new Date(Math.floor(performance.timeOrigin) - hours * 3_600_000).toISOString();

/** Till brings Nina, who pays, and Rolf, who sits at Till's own machine: one review waits for a person. */
export async function tellOfTwoFriends({ client, owner }: Product): Promise<{ code: string }> {
  const tell = async (path: string, body: object): Promise<void> => {
    const { status, body: answer } = await client.tell('POST', path, body);
    if (status >= 300) throw new Error(`${path} answered ${status}: ${JSON.stringify(answer)}`);
  };
  const home = { ip: '84.115.77.12', deviceId: 'tablet-of-till' };
  await client.setClock(ago(0));
  await client.tell('PUT', '/v1/users/till', { displayName: 'Till Schneider', createdAt: ago(9_000), isVerified: true });
  await tell('/v1/activity', { id: 'login-till', userId: 'till', kind: 'login', occurredAt: ago(100), context: home });
  // what is seen of Rolf is compared with what is known of Till by then
  await eventually(async () => {
    if ((await owner.query(`select from fraud.fact where user_id = 'till' and kind = 'device'`)).rowCount === 0) throw new Error('not seen yet');
  }, 30_000);
  const code = await client.codeOf('till');
  await tell('/v1/referrals', { refereeId: 'nina', code, appId: 'chat', occurredAt: ago(90), context: { ip: '84.112.3.4', deviceId: 'phone-of-nina' } });
  await tell('/v1/activity', { id: 'use-nina', userId: 'nina', kind: 'app_used', appId: 'chat', occurredAt: ago(88) });
  await tell('/v1/payments', { id: 'pay-nina', userId: 'nina', kind: 'purchase', amount: 999, currency: 'EUR', status: 'settled', occurredAt: ago(50) });
  await tell('/v1/referrals', { refereeId: 'rolf', code, appId: 'chat', occurredAt: ago(40), context: home });
  return { code };
}
