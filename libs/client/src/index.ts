export * from './client.js';
export * from './problem-error.js';
