import type { Room, RoomController, RoomDefinition } from '@referrals/messaging';
import { PATIENCE } from './back-off.js';
import { NotificationsController } from './notifications.controller.js';
import { Sender } from './send-deliveries.js';

/** What was delivered or given up long ago, and the bodies that no delivery needs any more. */
const DELIVERIES = `with
  gone as (
    delete from delivery where id = any(array(
      select id from delivery where created_at <= common.now() - make_interval(days => $2) and status <> 'pending' order by created_at limit $1))
    returning id, event_id),
  bodies as (
    delete from webhook_event w using (select distinct event_id from gone) g
    where w.id = g.event_id and not exists (select from delivery d where d.event_id = w.id and d.id not in (select id from gone)))
  select 1 from gone`;

export const notificationsRoom: RoomDefinition = {
  name: 'notifications',
  controller: NotificationsController,
  onStart,
  forgets: ({ KEEP_DELIVERIES_DAYS }) => [{ sql: DELIVERIES, days: KEEP_DELIVERIES_DAYS }],
};

function onStart(room: Room, controller: RoomController): () => Promise<void> {
  const { secrets } = controller as NotificationsController;
  const sender = new Sender(room.db, secrets, room.log, { allowPrivate: room.env.WEBHOOK_ALLOW_PRIVATE, patience: PATIENCE });
  sender.start();
  return () => sender.stop();
}
