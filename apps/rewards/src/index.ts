export { rewardsRoom } from './rewards.room.js';
export { recomputeBatchRewards } from './batch-rewards.js';
