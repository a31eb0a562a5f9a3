export * from './relationships.room.js';
