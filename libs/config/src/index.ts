export * from './env.js';
export * from './programme.js';
export * from './shipped-programme.js';
export * from './secrets.js';
