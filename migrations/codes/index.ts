import { exportsOf } from '../exports.js';
import { userLookUpsOf } from '../user-look-ups.js';
import { CodesCampaigns } from './campaigns.js';
import { CodesClicks } from './clicks.js';
import { CodesErasure } from './erasure.js';
import { CodesFirstLookUps } from './first-look-ups.js';
import { CodesInitial } from './initial.js';
import { CodesLookupLocks } from './lookup-locks.js';
import { CodesPartitions } from './partitions.js';
import { CodesRetention } from './retention.js';

export const codesMigrations = {
  room: 'codes',
  migrations: [CodesInitial, CodesClicks, CodesFirstLookUps, CodesRetention, CodesCampaigns, CodesPartitions, exportsOf('codes'), CodesErasure, userLookUpsOf('codes'), CodesLookupLocks],
};
