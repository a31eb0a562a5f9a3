export { lockDataDir, type DataDirLock } from './data-dir-lock.js';
export { freePort } from './free-port.js';
export { isAlive } from './processes.js';
export { findNatsServer } from './nats-server-binary.js';
export { natsAuthorization, startNats, type NatsPermissions, type NatsServer, type NatsSettings, type NatsUser } from './nats.js';
export { startPostgres, type PostgresServer, type PostgresSettings } from './postgres.js';
