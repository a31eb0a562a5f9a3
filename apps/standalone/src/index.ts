export * from './start-all.js';
export * from './start-processes.js';
