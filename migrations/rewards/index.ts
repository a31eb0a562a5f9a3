import { RewardsAccess } from './access.js';
import { RewardsBatch } from './batch-rewards.js';
import { RewardsErasure } from './erasure.js';
import { RewardsInitial } from './initial.js';
import { RewardsMoney } from './money.js';
import { RewardsPartitions } from './partitions.js';
import { RewardsSlots } from './slots.js';
import { RewardsStripe } from './stripe.js';

export const rewardsMigrations = {
  room: 'rewards',
  migrations: [RewardsInitial, RewardsAccess, RewardsStripe, RewardsMoney, RewardsBatch, RewardsSlots, RewardsPartitions, RewardsErasure],
};
