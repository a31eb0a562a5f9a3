import type { Room, RoomController, RoomDefinition } from '@referrals/messaging';
import { PATIENCE } from './back-off.js';
import { NotificationsController } from './notifications.controller.js';
import { Sender } from './send-deliveries.js';

export const notificationsRoom: RoomDefinition = { name: 'notifications', controller: NotificationsController, onStart };

function onStart(room: Room, controller: RoomController): () => Promise<void> {
  const { secrets } = controller as NotificationsController;
  const sender = new Sender(room.db, secrets, room.log, { allowPrivate: room.env.WEBHOOK_ALLOW_PRIVATE, patience: PATIENCE });
  sender.start();
  return () => sender.stop();
}
