import { RewardsAccess } from './access.js';
import { RewardsInitial } from './initial.js';

export const rewardsMigrations = { room: 'rewards', migrations: [RewardsInitial, RewardsAccess] };
