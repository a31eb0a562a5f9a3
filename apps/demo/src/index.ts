export * from './neighbours.js';
export * from './plan.js';
export * from './quiet.js';
export * from './seed.js';
export * from './start-demo.js';
