import type { RoomDefinition } from '@referrals/messaging';
import { RelationshipsController } from './relationships.controller.js';

export const relationshipsRoom: RoomDefinition = { name: 'relationships', controller: RelationshipsController };
