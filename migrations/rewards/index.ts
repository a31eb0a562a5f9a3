import { RewardsAccess } from './access.js';
import { RewardsErasure } from './erasure.js';
import { RewardsInitial } from './initial.js';
import { RewardsStripe } from './stripe.js';

export const rewardsMigrations = { room: 'rewards', migrations: [RewardsInitial, RewardsAccess, RewardsStripe, RewardsErasure] };
