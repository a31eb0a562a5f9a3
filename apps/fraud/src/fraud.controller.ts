import { Controller, Inject } from '@nestjs/common';
import { events, fraud, type EventData, type Input, type Reply } from '@referrals/contracts';
import { On, Room, Write, type ReceivedEvent, type RoomController, type Work } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { Fingerprints } from './fingerprints.js';
import { ShippedNetworkTypes } from './network-types.js';
import { observeActivity } from './observe-activity.js';
import { reassessQualified } from './reassess-qualified.js';
import { recordAccounts } from './record-accounts.js';
import { recordLookUps } from './record-look-ups.js';
import { scoreReferrals } from './score-referrals.js';
import { SealedContexts } from './sealed-contexts.js';
import { rotateSealingKeys, todaysSealingKey } from './sealing-keys.js';

type Received<E extends keyof typeof events> = ReceivedEvent<EventData<(typeof events)[E]>>[];

@Controller()
export class FraudController implements RoomController {
  private readonly contexts: SealedContexts;

  /** While the key before the newest is still there, values are recognised under both. */
  constructor(@Inject(Room) readonly room: Room) {
    const previous = room.secrets.find('fraud-fingerprint-previous');
    const keys = [room.secrets.get('fraud-fingerprint'), ...(previous === null ? [] : [previous])];
    this.contexts = new SealedContexts(new Fingerprints(keys, new ShippedNetworkTypes()));
  }

  @Write(fraud.getSealingKey, { group: 64 })
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

  @On(events.userUpdated)
  userUpdated(tx: Transaction, received: Received<'userUpdated'>): Promise<void> {
    return recordAccounts(tx, received, this.contexts);
  }

  @On(events.referralRegistered)
  referralRegistered(tx: Transaction, received: Received<'referralRegistered'>): Promise<void> {
    return scoreReferrals(tx, received, this.contexts, this.room.log);
  }

  @On(events.activityObserved)
  activityObserved(tx: Transaction, received: Received<'activityObserved'>): Promise<void> {
    return observeActivity(tx, received, this.contexts, this.room.log);
  }

  @On(events.referralQualified)
  referralQualified(tx: Transaction, received: Received<'referralQualified'>): Promise<void> {
    return reassessQualified(tx, received);
  }

  @On(events.codeLookedUp)
  codeLookedUp(tx: Transaction, received: Received<'codeLookedUp'>): Promise<void> {
    return recordLookUps(tx, received, this.contexts);
  }
}
