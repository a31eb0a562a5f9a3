export * from './notifications.room.js';
