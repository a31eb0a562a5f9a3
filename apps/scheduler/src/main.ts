import { readEnv } from '@referrals/config';
import { runRoom } from '@referrals/messaging';
import { schedulerRoom } from './scheduler.room.js';

await runRoom(schedulerRoom, readEnv());
