import { exportsOf } from '../exports.js';
import { userLookUpsOf } from '../user-look-ups.js';
import { RelationshipsCodeAlarms } from './code-alarms.js';
import { RelationshipsErasure } from './erasure.js';
import { RelationshipsImports } from './imports.js';
import { RelationshipsInitial } from './initial.js';
import { RelationshipsPartitions } from './partitions.js';
import { RelationshipsPlanOnce } from './plan-once.js';
import { RelationshipsRetention } from './retention.js';
import { RelationshipsRevocation } from './revocation.js';

export const relationshipsMigrations = {
  room: 'relationships',
  migrations: [RelationshipsInitial, RelationshipsCodeAlarms, RelationshipsRevocation, RelationshipsRetention, RelationshipsPartitions, RelationshipsImports, RelationshipsPlanOnce, exportsOf('relationships'), RelationshipsErasure, userLookUpsOf('relationships')],
};
