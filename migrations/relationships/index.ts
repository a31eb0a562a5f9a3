import { RelationshipsInitial } from './initial.js';
import { RelationshipsRevocation } from './revocation.js';

export const relationshipsMigrations = { room: 'relationships', migrations: [RelationshipsInitial, RelationshipsRevocation] };
