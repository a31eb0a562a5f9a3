import type { RoomDefinition } from '@referrals/messaging';
import { FraudController } from './fraud.controller.js';

export const fraudRoom: RoomDefinition = { name: 'fraud', controller: FraudController };
