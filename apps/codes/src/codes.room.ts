import type { RoomDefinition } from '@referrals/messaging';
import { CodeEntity } from './code-row.js';
import { CodesController } from './codes.controller.js';

export const codesRoom: RoomDefinition = { name: 'codes', controller: CodesController, entities: [CodeEntity] };
