export * from './stripe-event-types.js';
export * from './stripe-events.js';
export * from './template.js';
export * from './test-database.js';
export * from './test-nats.js';
