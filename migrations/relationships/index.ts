import { RelationshipsInitial } from './initial.js';
import { RelationshipsErasure } from './erasure.js';

export const relationshipsMigrations = { room: 'relationships', migrations: [RelationshipsInitial, RelationshipsErasure] };
