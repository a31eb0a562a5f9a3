import { RewardsInitial } from './initial.js';
import { RewardsErasure } from './erasure.js';

export const rewardsMigrations = { room: 'rewards', migrations: [RewardsInitial, RewardsErasure] };
