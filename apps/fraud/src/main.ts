import { readEnv } from '@referrals/config';
import { runRoom } from '@referrals/messaging';
import { fraudRoom } from './fraud.room.js';

await runRoom(fraudRoom, readEnv());
