import { connect, usernamePasswordAuthenticator, type Authenticator, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import type { Env, Secrets } from '@referrals/config';
import { brokerUsers, inboxOf, type BrokerUser } from './broker-users.js';
import { newSeed, nkeyOf } from './nkey.js';

/**
 * Connects as a user of the broker. The client's own defaults notice a dead link after minutes; these notice it within seconds and
 * come back for ever. A broker without users takes everybody, whatever is presented.
 */
export function connectNats(url: string, user: string, seed?: string): Promise<NatsConnection> {
  return connect({
    ...addressed(url, seed),
    name: user,
    inboxPrefix: inboxOf(user),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    reconnectJitter: 100,
    pingInterval: 3_000,
    maxPingOut: 2,
    waitOnFirstConnect: true,
    // otherwise every request makes two Error objects in case it fails, a tenth of a hot caller's time
    noAsyncTraces: true,
  });
}

/** As one of the users of `brokerUsers`, under the key that the data folder keeps for it. */
export function connectAs(user: string, env: Pick<Env, 'NATS_URL'>, secrets: Secrets): Promise<NatsConnection> {
  if (!env.NATS_URL) throw new Error('environment: NATS_URL is needed to run a room on its own; npm start runs everything without it');
  return connectNats(env.NATS_URL, user, seedOf(user, secrets));
}

/** What the broker has to know of its users: their names, their public keys and what they may do. Their secrets stay in the data folder. */
export const brokerAccounts = (secrets: Secrets, hosts: readonly string[]): (BrokerUser & { nkey: string })[] =>
  brokerUsers(hosts).map((user) => ({ ...user, nkey: nkeyOf(seedOf(user.name, secrets)).publicKey }));

function seedOf(user: string, secrets: Secrets): string {
  const name = `nats-${user}`;
  return secrets.find(name) ?? secrets.get(name, { given: newSeed() });
}

/** A name and a password in the address go before the key: for brokers whose users an operator has made otherwise. */
function addressed(url: string, seed: string | undefined): Pick<ConnectionOptions, 'servers' | 'authenticator'> {
  const addresses = url.split(',').map((text) => new URL(text.includes('://') ? text : `nats://${text}`));
  const { username, password } = addresses[0]!;
  const servers = addresses.map(({ host }) => host);
  if (username) return { servers, authenticator: usernamePasswordAuthenticator(decodeURIComponent(username), decodeURIComponent(password)) };
  return { servers, ...(seed && { authenticator: signingWith(seed) }) };
}

function signingWith(seed: string): Authenticator {
  const key = nkeyOf(seed);
  return (nonce) => ({ nkey: key.publicKey, sig: nonce ? key.sign(nonce) : '' });
}
