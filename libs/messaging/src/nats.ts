import { connect, type NatsConnection } from '@nats-io/transport-node';

/**
 * Connects as a room. The client's own defaults notice a dead link after minutes; these notice it within seconds and
 * come back for ever.
 */
export function connectNats(url: string, name: string, credentials: { user?: string; pass?: string } = {}): Promise<NatsConnection> {
  return connect({
    servers: url.split(','),
    name,
    inboxPrefix: `_INBOX_${name}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    reconnectJitter: 100,
    pingInterval: 3_000,
    maxPingOut: 2,
    waitOnFirstConnect: true,
    // otherwise every request makes two Error objects in case it fails, a tenth of a hot caller's time
    noAsyncTraces: true,
    ...credentials,
  });
}
