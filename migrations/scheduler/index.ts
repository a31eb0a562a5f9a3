import { SchedulerInitial } from './initial.js';
import { SchedulerErasure } from './erasure.js';

export const schedulerMigrations = { room: 'scheduler', migrations: [SchedulerInitial, SchedulerErasure] };
