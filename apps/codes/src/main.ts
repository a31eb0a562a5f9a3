import { readEnv } from '@referrals/config';
import { runRoom } from '@referrals/messaging';
import { codesRoom } from './codes.room.js';

await runRoom(codesRoom, readEnv());
