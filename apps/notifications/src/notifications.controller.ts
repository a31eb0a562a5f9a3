import { Controller, Inject } from '@nestjs/common';
import { events, HOST_EVENTS, notifications, type Input, type Reply } from '@referrals/contracts';
import { On, OnEach, Read, Room, Write, type AnyEvent, type RequestMeta, type RoomController, type Work } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { isForbidden } from './allowed-address.js';
import { PATIENCE } from './back-off.js';
import { listDeliveries, resend } from './deliveries.js';
import { EndpointSecrets } from './endpoint-secret.js';
import { createEndpoint, deleteEndpoint, freshSecretVersion, listEndpoints, updateEndpoint } from './endpoints.js';
import { queueDeliveries } from './queue-deliveries.js';
import { noteCashback, noteImports, notePayments, notePeople, noteRegistrations, noteTrials, type Received } from './tell-referrers.js';

type Contracts = typeof notifications;
const actorOf = (meta: RequestMeta | undefined): string => meta?.actor ?? 'a host on NATS';

@Controller()
export class NotificationsController implements RoomController {
  readonly secrets: EndpointSecrets;

  constructor(@Inject(Room) readonly room: Room) {
    this.secrets = new EndpointSecrets(room.secrets);
  }

  @Read(notifications.listEndpoints)
  listEndpoints(input: Input<Contracts['listEndpoints']>): Promise<Reply<Contracts['listEndpoints']>> {
    return listEndpoints(this.room.db, input);
  }

  @Write(notifications.createEndpoint)
  async createEndpoint([input]: Input<Contracts['createEndpoint']>[], [meta]: RequestMeta[]): Promise<Work<Reply<Contracts['createEndpoint']>>> {
    const refused = await isForbidden(input!.url, this.room.env.WEBHOOK_ALLOW_PRIVATE);
    return async (tx) => [await createEndpoint(tx, input!, refused, actorOf(meta))];
  }

  @Write(notifications.updateEndpoint)
  async updateEndpoint([input]: Input<Contracts['updateEndpoint']>[], [meta]: RequestMeta[]): Promise<Work<Reply<Contracts['updateEndpoint']>>> {
    const refused = input!.url !== undefined && (await isForbidden(input!.url, this.room.env.WEBHOOK_ALLOW_PRIVATE));
    return async (tx) => [await updateEndpoint(tx, input!, refused, actorOf(meta))];
  }

  @Write(notifications.deleteEndpoint)
  deleteEndpoint([input]: Input<Contracts['deleteEndpoint']>[], [meta]: RequestMeta[]): Work<Reply<Contracts['deleteEndpoint']>> {
    return async (tx) => [await deleteEndpoint(tx, input!.id, actorOf(meta))];
  }

  @Read(notifications.showSecret)
  async showSecret({ id }: Input<Contracts['showSecret']>): Promise<Reply<Contracts['showSecret']>> {
    return { secret: this.secrets.secretOf(id, await freshSecretVersion(this.room.db, id)) };
  }

  @Read(notifications.listDeliveries)
  listDeliveries(input: Input<Contracts['listDeliveries']>): Promise<Reply<Contracts['listDeliveries']>> {
    return listDeliveries(this.room.db, input);
  }

  @Write(notifications.resend)
  resend([input]: Input<Contracts['resend']>[]): Work<Reply<Contracts['resend']>> {
    return async (tx) => [await resend(tx, input!.id, PATIENCE)];
  }

  @On(events.userUpdated)
  userUpdated(tx: Transaction, received: Received<'userUpdated'>[]): Promise<void> {
    return notePeople(tx, received);
  }

  @On(events.referralRegistered)
  async referralRegistered(tx: Transaction, received: Received<'referralRegistered'>[]): Promise<void> {
    this.log(tx, await noteRegistrations(tx, received));
  }

  @On(events.referralsImported)
  referralsImported(tx: Transaction, received: Received<'referralsImported'>[]): Promise<void> {
    return noteImports(tx, received);
  }

  @On(events.trialStarted)
  async trialStarted(tx: Transaction, received: Received<'trialStarted'>[]): Promise<void> {
    this.log(tx, await noteTrials(tx, received));
  }

  @On(events.paymentSettled)
  async paymentSettled(tx: Transaction, received: Received<'paymentSettled'>[]): Promise<void> {
    this.log(tx, await notePayments(tx, received));
  }

  @On(events.bonusPaid)
  async bonusPaid(tx: Transaction, received: Received<'bonusPaid'>[]): Promise<void> {
    this.log(tx, await noteCashback(tx, received));
  }

  @On(events.bonusReleased)
  async bonusReleased(tx: Transaction, received: Received<'bonusReleased'>[]): Promise<void> {
    this.log(tx, await noteCashback(tx, received));
  }

  /** What endpoints want is queued with the receipt. */
  @OnEach(HOST_EVENTS)
  async queue(tx: Transaction, received: AnyEvent[]): Promise<void> {
    await queueDeliveries(tx, received, PATIENCE);
  }

  private log(tx: Transaction, count: number): void {
    if (count > 0) tx.afterCommit(() => this.room.log.info({ count }, 'referral_notification_sent'));
  }
}
