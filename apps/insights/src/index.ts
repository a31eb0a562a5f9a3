export * from './insights.room.js';
