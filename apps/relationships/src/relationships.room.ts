import type { RoomDefinition } from '@referrals/messaging';
import { RelationshipsController } from './relationships.controller.js';

/** Alarms look back a day; a code that is tried again forgets its own, this forgets those that nobody tries any more. */
const REFUSALS = `delete from code_refusal where ctid = any(array(
    select ctid from code_refusal where at <= common.now() - make_interval(days => $2) limit $1)) returning 1`;

export const relationshipsRoom: RoomDefinition = {
  name: 'relationships',
  controller: RelationshipsController,
  forgets: () => [{ sql: REFUSALS, days: 1 }],
};
