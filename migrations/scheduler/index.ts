import { SchedulerInitial } from './initial.js';

export const schedulerMigrations = { room: 'scheduler', migrations: [SchedulerInitial] };
