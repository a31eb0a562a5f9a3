import { InsightsInitial } from './initial.js';

export const insightsMigrations = { room: 'insights', migrations: [InsightsInitial] };
