import { readEnv } from '@referrals/config';
import { runRoom } from '@referrals/messaging';
import { rewardsRoom } from './rewards.room.js';

await runRoom(rewardsRoom, readEnv());
