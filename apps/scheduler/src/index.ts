export * from './scheduler.room.js';
export { reconcile } from './reconcile.js';
