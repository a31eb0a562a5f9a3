export * from './scheduler.room.js';
