export * from './template.js';
export * from './test-database.js';
export * from './test-nats.js';
export * from './stripe-events.js';
