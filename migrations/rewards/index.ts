import { RewardsInitial } from './initial.js';
import { RewardsMoney } from './money.js';

export const rewardsMigrations = { room: 'rewards', migrations: [RewardsInitial, RewardsMoney] };
