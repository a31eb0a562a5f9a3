export { startBroker, startBrokerIn } from './servers.js';
export * from './start-all.js';
export * from './start-processes.js';
