import type { RoomDefinition } from '@referrals/messaging';
import { CodeEntity } from './code-row.js';
import { CodesController } from './codes.controller.js';

const CLICKS = `delete from click where ctid = any(array(
    select ctid from click where day < (common.now() at time zone 'utc')::date - $2::int limit $1)) returning 1`;
const FIRST_LOOK_UPS = `delete from first_look_up where ctid = any(array(
    select ctid from first_look_up where at <= common.now() - make_interval(days => $2) limit $1)) returning 1`;
/** As long as fraud keeps facts. */
const LOOK_UP_DAYS = 90;

export const codesRoom: RoomDefinition = {
  name: 'codes',
  controller: CodesController,
  entities: [CodeEntity],
  forgets: ({ KEEP_CLICKS_DAYS }) => [{ sql: CLICKS, days: KEEP_CLICKS_DAYS }, { sql: FIRST_LOOK_UPS, days: LOOK_UP_DAYS }],
};
