import { InsightsErasure } from './erasure.js';
import { InsightsInitial } from './initial.js';
import { InsightsPartitions } from './partitions.js';

export const insightsMigrations = { room: 'insights', migrations: [InsightsInitial, InsightsPartitions, InsightsErasure] };
