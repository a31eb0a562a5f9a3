import { exportsOf } from '../exports.js';
import { InsightsErasure } from './erasure.js';
import { InsightsInitial } from './initial.js';
import { InsightsPartitions } from './partitions.js';
import { InsightsProjectBinary } from './project-binary.js';

export const insightsMigrations = {
  room: 'insights',
  migrations: [InsightsInitial, InsightsPartitions, InsightsProjectBinary, exportsOf('insights'), InsightsErasure],
};
