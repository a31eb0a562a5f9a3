import { exportsOf } from '../exports.js';
import { userLookUpsOf } from '../user-look-ups.js';
import { SchedulerErasure } from './erasure.js';
import { SchedulerInitial } from './initial.js';
import { SchedulerPartitions } from './partitions.js';
import { SchedulerSeesAll } from './sees-all.js';
import { SchedulerSeesHeld } from './sees-held.js';
import { SchedulerStreamPlace } from './stream-place.js';

export const schedulerMigrations = { room: 'scheduler', migrations: [SchedulerInitial, SchedulerSeesAll, SchedulerSeesHeld, SchedulerPartitions, exportsOf('scheduler'), SchedulerErasure, userLookUpsOf('scheduler', ['difference.subject', 'erasure.user_id']), SchedulerStreamPlace] };
