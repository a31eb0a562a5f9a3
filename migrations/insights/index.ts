import { exportsOf } from '../exports.js';
import { userLookUpsOf } from '../user-look-ups.js';
import { InsightsBonusSteps } from './bonus-steps.js';
import { InsightsCourses } from './courses.js';
import { InsightsDays } from './days.js';
import { InsightsErasure } from './erasure.js';
import { InsightsHistory } from './history.js';
import { InsightsInitial } from './initial.js';
import { InsightsPartitions } from './partitions.js';
import { InsightsProjectBinary } from './project-binary.js';

export const insightsMigrations = {
  room: 'insights',
  migrations: [InsightsInitial, InsightsPartitions, InsightsProjectBinary, InsightsBonusSteps, InsightsCourses, InsightsDays, InsightsHistory, exportsOf('insights'), InsightsErasure, userLookUpsOf('insights', ['standing.user_id'])],
};
