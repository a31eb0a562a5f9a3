import { Controller, Inject } from '@nestjs/common';
import { events, fraud, type EventData, type Input, type Reply } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { On, Read, Room, Write, type ReceivedEvent, type RequestMeta, type RoomController, type Work } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { alertReviews } from './alert-reviews.js';
import { assignReview, noteReview } from './annotate-review.js';
import { createPattern, deletePattern, updatePattern } from './change-patterns.js';
import { decideReviews } from './decide-reviews.js';
import { dryRunPattern, listPatterns, listSharedNetworks } from './find-patterns.js';
import { getReview, listReviews } from './find-reviews.js';
import { Fingerprints } from './fingerprints.js';
import { lapseReviews, noteHeldBonuses, noteReleasedBonuses } from './lapse-reviews.js';
import { networkTypesOf } from './host-network-types.js';
import { observeActivity } from './observe-activity.js';
import { purgeFacts } from './purge-facts.js';
import { reassessQualified } from './reassess-qualified.js';
import { recordAccounts } from './record-accounts.js';
import { recordLookUps } from './record-look-ups.js';
import { findRings } from './find-rings.js';
import { listRings } from './list-rings.js';
import { rescore } from './rescore.js';
import { scoreReferrals } from './score-referrals.js';
import { SealedContexts } from './sealed-contexts.js';
import { rotateSealingKeys, todaysSealingKey } from './sealing-keys.js';
import { listUserNotes, noteUser } from './user-notes.js';
import { createSharedNetwork, deleteSharedNetwork } from './shared-networks.js';

type Contracts = typeof fraud;
type Request<C extends keyof Contracts> = Input<Contracts[C]>;
type Result<C extends keyof Contracts> = Reply<Contracts[C]>;
type Received<E extends keyof typeof events> = ReceivedEvent<EventData<(typeof events)[E]>>[];

@Controller()
export class FraudController implements RoomController {
  private readonly contexts: SealedContexts;

  /** While the key before the newest is still there, values are recognised under both. */
  constructor(@Inject(Room) readonly room: Room) {
    const previous = room.secrets.find('fraud-fingerprint-previous');
    const keys = [room.secrets.get('fraud-fingerprint'), ...(previous === null ? [] : [previous])];
    this.contexts = new SealedContexts(new Fingerprints(keys, room.secrets.get('fraud-address-group'), networkTypesOf(room.env.NETWORK_TYPES_MODULE)));
  }

  @Write(fraud.getSealingKey)
  getSealingKey(inputs: Input<typeof fraud.getSealingKey>[]): Work<Reply<typeof fraud.getSealingKey>> {
    return async (tx) => {
      const key = await todaysSealingKey(tx);
      return inputs.map(() => key);
    };
  }

  @Write(fraud.rotateSealingKeys)
  rotateSealingKeys(): Work<Reply<typeof fraud.rotateSealingKeys>> {
    return async (tx) => [await rotateSealingKeys(tx)];
  }

  @Read(fraud.listReviews)
  listReviews(request: Request<'listReviews'>): Promise<Result<'listReviews'>> {
    return listReviews(this.room.db, request);
  }

  @Read(fraud.getReview)
  getReview({ id }: Request<'getReview'>): Promise<Result<'getReview'>> {
    return getReview(this.room, id);
  }

  @Read(fraud.listUserNotes)
  listUserNotes(request: Request<'listUserNotes'>): Promise<Result<'listUserNotes'>> {
    return listUserNotes(this.room.db, request);
  }

  @Write(fraud.noteUser)
  noteUser([request]: Request<'noteUser'>[], [meta]: RequestMeta[]): Work<Result<'noteUser'>> {
    return async (tx) => [await noteUser(tx, request!, actorOf(meta))];
  }

  @Write(fraud.decideReview)
  decideReview([request]: Request<'decideReview'>[], [meta]: RequestMeta[]): Work<Result<'decideReview'>> {
    return (tx) => decideReviews(tx, [request!.id], { ...request!, actor: actorOf(meta) });
  }

  @Write(fraud.decideReviews)
  decideReviews([request]: Request<'decideReviews'>[], [meta]: RequestMeta[]): Work<Result<'decideReviews'>> {
    const { ids } = request!;
    return async (tx) => {
      const outcomes = await decideReviews(tx, ids, { ...request!, actor: actorOf(meta) });
      return [{ data: outcomes.map((outcome, n) => ({ id: ids[n]!, outcome: outcome instanceof Refusal ? (outcome.code as 'not_found') : 'decided' })) }];
    };
  }

  @Write(fraud.assignReview)
  assignReview([request]: Request<'assignReview'>[], [meta]: RequestMeta[]): Work<Result<'assignReview'>> {
    return async (tx) => [await assignReview(tx, request!, actorOf(meta))];
  }

  @Write(fraud.noteReview)
  noteReview([request]: Request<'noteReview'>[], [meta]: RequestMeta[]): Work<Result<'noteReview'>> {
    return async (tx) => [await noteReview(tx, request!, actorOf(meta))];
  }

  @Write(fraud.lapseReviews)
  lapseReviews([request]: Request<'lapseReviews'>[]): Work<Result<'lapseReviews'>> {
    return async (tx) => [stepOf(await lapseReviews(tx, request!.limit), request!.limit)];
  }

  @Write(fraud.alertReviews)
  alertReviews([request]: Request<'alertReviews'>[]): Work<Result<'alertReviews'>> {
    return async (tx) => [stepOf(await alertReviews(tx, request!.limit, this.room.log), request!.limit)];
  }

  @Read(fraud.listPatterns)
  listPatterns(request: Request<'listPatterns'>): Promise<Result<'listPatterns'>> {
    return listPatterns(this.room.db, request);
  }

  @Write(fraud.createPattern)
  createPattern([request]: Request<'createPattern'>[], [meta]: RequestMeta[]): Work<Result<'createPattern'>> {
    return async (tx) => [await createPattern(tx, request!, this.contexts, actorOf(meta))];
  }

  @Write(fraud.updatePattern)
  updatePattern([request]: Request<'updatePattern'>[], [meta]: RequestMeta[]): Work<Result<'updatePattern'>> {
    return async (tx) => [await updatePattern(tx, request!, this.contexts, actorOf(meta))];
  }

  @Write(fraud.deletePattern)
  deletePattern([request]: Request<'deletePattern'>[], [meta]: RequestMeta[]): Work<Result<'deletePattern'>> {
    return async (tx) => [await deletePattern(tx, request!.id, this.contexts, actorOf(meta))];
  }

  @Read(fraud.dryRunPattern)
  dryRunPattern(request: Request<'dryRunPattern'>): Promise<Result<'dryRunPattern'>> {
    return dryRunPattern(this.room.db, this.contexts, request);
  }

  @Read(fraud.listSharedNetworks)
  listSharedNetworks(request: Request<'listSharedNetworks'>): Promise<Result<'listSharedNetworks'>> {
    return listSharedNetworks(this.room.db, request);
  }

  @Write(fraud.createSharedNetwork)
  createSharedNetwork([request]: Request<'createSharedNetwork'>[], [meta]: RequestMeta[]): Work<Result<'createSharedNetwork'>> {
    return async (tx) => [await createSharedNetwork(tx, request!, this.contexts, actorOf(meta))];
  }

  @Write(fraud.deleteSharedNetwork)
  deleteSharedNetwork([request]: Request<'deleteSharedNetwork'>[], [meta]: RequestMeta[]): Work<Result<'deleteSharedNetwork'>> {
    return async (tx) => [await deleteSharedNetwork(tx, request!.id, this.contexts, actorOf(meta))];
  }

  @Write(fraud.findRings)
  findRings([request]: Request<'findRings'>[]): Work<Result<'findRings'>> {
    return async (tx) => [await findRings(tx, request!, this.room.log)];
  }

  @Read(fraud.listRings)
  listRings(request: Request<'listRings'>): Promise<Result<'listRings'>> {
    return listRings(this.room.db, request);
  }

  @Write(fraud.rescore)
  rescore([request]: Request<'rescore'>[]): Work<Result<'rescore'>> {
    return async (tx) => [await rescore(tx, request!, this.contexts)];
  }

  @Write(fraud.purgeFacts)
  purgeFacts([request]: Request<'purgeFacts'>[]): Work<Result<'purgeFacts'>> {
    return async (tx) => [await purgeFacts(tx, request!.limit)];
  }

  @On(events.userUpdated)
  userUpdated(tx: Transaction, received: Received<'userUpdated'>): Promise<void> {
    return recordAccounts(tx, received, this.contexts);
  }

  @On(events.activityObserved)
  activityObserved(tx: Transaction, received: Received<'activityObserved'>): Promise<void> {
    return observeActivity(tx, received, this.contexts, this.room.log);
  }

  @On(events.codeLookedUp)
  codeLookedUp(tx: Transaction, received: Received<'codeLookedUp'>): Promise<void> {
    return recordLookUps(tx, received, this.contexts);
  }

  /** After the facts: what a host told just before a sign-up counts in its first score, also when both come in one group. */
  @On(events.referralRegistered)
  referralRegistered(tx: Transaction, received: Received<'referralRegistered'>): Promise<void> {
    return scoreReferrals(tx, received, this.contexts, this.room.log);
  }

  @On(events.referralQualified)
  referralQualified(tx: Transaction, received: Received<'referralQualified'>): Promise<void> {
    return reassessQualified(tx, received);
  }

  @On(events.bonusHeld)
  bonusHeld(tx: Transaction, received: Received<'bonusHeld'>): Promise<void> {
    return noteHeldBonuses(tx, received);
  }

  @On(events.bonusReleased)
  bonusReleased(tx: Transaction, received: Received<'bonusReleased'>): Promise<void> {
    return noteReleasedBonuses(tx, received);
  }
}

/** Who asks, for the history and the audit log; over NATS a host may not say. */
const actorOf = (meta: RequestMeta | undefined): string => meta?.actor ?? 'unknown';

const stepOf = (changed: number, limit: number) => ({ processed: changed, changed, more: changed === limit });
