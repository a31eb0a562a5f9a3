export { rewardsRoom } from './rewards.room.js';
