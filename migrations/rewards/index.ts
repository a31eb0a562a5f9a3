import { exportsOf } from '../exports.js';
import { userLookUpsOf } from '../user-look-ups.js';
import { RewardsAccess } from './access.js';
import { RewardsAccountIds } from './account-ids.js';
import { RewardsBatch } from './batch-rewards.js';
import { RewardsErasure } from './erasure.js';
import { RewardsImportSets } from './import-sets.js';
import { RewardsImports } from './imports.js';
import { RewardsInitial } from './initial.js';
import { RewardsMoney } from './money.js';
import { RewardsPartitions } from './partitions.js';
import { RewardsRelease } from './release.js';
import { RewardsSlots } from './slots.js';
import { RewardsStripe } from './stripe.js';

export const rewardsMigrations = {
  room: 'rewards',
  migrations: [RewardsInitial, RewardsAccess, RewardsStripe, RewardsMoney, RewardsBatch, RewardsSlots, RewardsPartitions, RewardsAccountIds, RewardsImports, RewardsRelease, RewardsImportSets, exportsOf('rewards'), RewardsErasure, userLookUpsOf('rewards', ['redemption.user_id'])],
};
