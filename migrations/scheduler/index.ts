import { SchedulerInitial } from './initial.js';
import { SchedulerErasure } from './erasure.js';
import { SchedulerSeesAll } from './sees-all.js';

export const schedulerMigrations = { room: 'scheduler', migrations: [SchedulerInitial, SchedulerSeesAll, SchedulerErasure] };
