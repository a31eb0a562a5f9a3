import type { RoomDefinition } from '@referrals/messaging';
import { BonusEntity } from './bonus.entity.js';
import { RewardsController } from './rewards.controller.js';

export const rewardsRoom: RoomDefinition = { name: 'rewards', controller: RewardsController, entities: [BonusEntity] };
