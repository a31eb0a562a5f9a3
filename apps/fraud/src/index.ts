export * from './fraud.room.js';
