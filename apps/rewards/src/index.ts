export { rewardsRoom } from './rewards.room.js';
export { recompute, type Difference } from './recompute.js';
