import { NotificationsErasure } from './erasure.js';
import { NotificationsInitial } from './initial.js';

export const notificationsMigrations = { room: 'notifications', migrations: [NotificationsInitial, NotificationsErasure] };
