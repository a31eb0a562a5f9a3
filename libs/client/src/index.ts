export * from './client.js';
export * from './paid-gate.js';
export * from './problem-error.js';
export * from './webhooks.js';
