import { RelationshipsInitial } from './initial.js';

export const relationshipsMigrations = { room: 'relationships', migrations: [RelationshipsInitial] };
