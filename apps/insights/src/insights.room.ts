import type { RoomDefinition } from '@referrals/messaging';
import { InsightsController } from './insights.controller.js';

export const insightsRoom: RoomDefinition = { name: 'insights', controller: InsightsController };
