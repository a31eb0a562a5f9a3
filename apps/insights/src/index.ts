export * from './insights.room.js';
export { recount } from './recount.js';
