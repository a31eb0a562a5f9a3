import type { RoomMigrations } from '@referrals/persistence';
import { codesMigrations } from './codes/index.js';
import { commonMigrations } from './common/index.js';
import { fraudMigrations } from './fraud/index.js';
import { gatewayMigrations } from './gateway/index.js';
import { insightsMigrations } from './insights/index.js';
import { notificationsMigrations } from './notifications/index.js';
import { relationshipsMigrations } from './relationships/index.js';
import { rewardsMigrations } from './rewards/index.js';
import { schedulerMigrations } from './scheduler/index.js';

/** A role that only reads, with nothing of its own; what it may see is granted where all schemas are there. */
const reconciler: RoomMigrations = { room: 'reconciler', migrations: [] };

/** Every schema's history; `common` first, because all others lean on it, `scheduler` last, because it may look across. */
export const ALL_MIGRATIONS: RoomMigrations[] = [
  commonMigrations, codesMigrations, relationshipsMigrations, fraudMigrations, rewardsMigrations, gatewayMigrations, insightsMigrations, notificationsMigrations, reconciler, schedulerMigrations,
];
