import { readEnv } from '@referrals/config';
import { runRoom } from '@referrals/messaging';
import { notificationsRoom } from './notifications.room.js';

await runRoom(notificationsRoom, readEnv());
