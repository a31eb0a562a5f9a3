import { InsightsErasure } from './erasure.js';
import { InsightsInitial } from './initial.js';

export const insightsMigrations = { room: 'insights', migrations: [InsightsInitial, InsightsErasure] };
