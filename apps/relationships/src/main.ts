import { readEnv } from '@referrals/config';
import { runRoom } from '@referrals/messaging';
import { relationshipsRoom } from './relationships.room.js';

await runRoom(relationshipsRoom, readEnv());
