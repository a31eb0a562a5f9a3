import { exportsOf } from '../exports.js';
import { userLookUpsOf } from '../user-look-ups.js';
import { NotificationsErasure } from './erasure.js';
import { NotificationsImports } from './imports.js';
import { NotificationsInitial } from './initial.js';
import { NotificationsLists } from './lists.js';
import { NotificationsOneTrial } from './one-trial.js';
import { NotificationsPartitions } from './partitions.js';
import { NotificationsRetention } from './retention.js';

export const notificationsMigrations = {
  room: 'notifications',
  migrations: [NotificationsInitial, NotificationsRetention, NotificationsOneTrial, NotificationsPartitions, NotificationsLists, exportsOf('notifications'), NotificationsErasure, NotificationsImports, userLookUpsOf('notifications', ['notice.referee_id', 'referral.referrer_id'])],
};
