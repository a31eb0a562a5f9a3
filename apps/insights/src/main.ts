import { readEnv } from '@referrals/config';
import { runRoom } from '@referrals/messaging';
import { insightsRoom } from './insights.room.js';

await runRoom(insightsRoom, readEnv());
