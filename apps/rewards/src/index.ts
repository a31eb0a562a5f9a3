export { rewardsRoom } from './rewards.room.js';
export { recomputeBatchRewards } from './batch-rewards.js';
export { recompute, type Difference } from './recompute.js';
