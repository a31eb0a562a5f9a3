import { batchRewards } from './batch-rewards.contract.js';
import { codes } from './codes.contract.js';
import type { Contract } from './contract.js';
import { events, type EventDefinition } from './events.js';
import { fraud } from './fraud.contract.js';
import { imports } from './imports.contract.js';
import { insights } from './insights.contract.js';
import { notifications } from './notifications.contract.js';
import { plumbing, ROOMS, type RoomName } from './plumbing.contract.js';
import { relationships } from './relationships.contract.js';
import { rewards } from './rewards.contract.js';
import { ROUTES } from './routes.js';
import { scheduler } from './scheduler.contract.js';

/** The room that answers a contract; undefined for what the gateway answers itself. */
export const roomOf = ({ subject }: Contract): RoomName | undefined => ROOMS.find((room) => subject.startsWith(`${room}.`));

/** What HTTP reaches and a room answers: what a host's backend may ask over NATS as well. */
const routed = ROUTES.filter((contract) => roomOf(contract) !== undefined);

type Verb = keyof ReturnType<typeof plumbing>;
const ofEveryRoom = (...verbs: Verb[]): Contract[] => ROOMS.flatMap((room) => verbs.map((verb): Contract => plumbing(room)[verb]));

/** Everybody who asks rooms: the rooms themselves, the door, a host's backend, an operator's tools. */
export const ASKERS = [...ROOMS, 'gateway', 'host', 'operator'] as const;
export type Asker = (typeof ASKERS)[number];

/** Who asks whom for what: the broker lets nothing else through. */
export const ASKS: Record<Asker, Contract[]> = {
  codes: [relationships.countUses, fraud.getSealingKey],
  relationships: [codes.resolve, imports.importCodes, fraud.getSealingKey],
  fraud: [rewards.listBonuses],
  rewards: [],
  insights: ofEveryRoom('readEvents'),
  notifications: [],
  scheduler: [
    relationships.checkRetention, rewards.releaseHolds, batchRewards.recomputeBatchRewards, fraud.rotateSealingKeys, fraud.lapseReviews, fraud.alertReviews,
    fraud.rescore, fraud.purgeFacts, fraud.findRings, insights.recount, insights.rebuild, scheduler.reconcile, scheduler.cleanUp,
    ...ofEveryRoom('cleanUp', 'keepPartitions', 'republish', 'erase', 'export'),
  ],
  gateway: [
    ...routed, codes.click, fraud.getSealingKey, notifications.showSecret, ...ofEveryRoom('health', 'listDeadLetters', 'redriveDeadLetter', 'listAudit', 'listEvents'),
  ],
  host: routed,
  operator: ofEveryRoom('health'),
};

/** Who tells what: each fact has one room that tells it. */
export const TELLS: Record<RoomName, EventDefinition[]> = {
  codes: [events.codeLookedUp],
  relationships: [
    events.referralRegistered, events.referralActivated, events.referralQualified, events.referralRetained, events.referralAppActivated,
    events.referralRevoked, events.activityObserved, events.trialStarted, events.userUpdated, events.codeAlarmed, events.referralsImported,
  ],
  fraud: [events.referralAssessed, events.reviewOpened, events.reviewDecided, events.reviewOverdue],
  rewards: [
    events.bonusPaid, events.bonusHeld, events.bonusReleased, events.bonusRejected, events.bonusClawedBack, events.tierChanged, events.paymentSettled,
    events.paymentRefunded, events.paymentDisputed, events.accessExtended, events.subscriptionUpdated,
  ],
  scheduler: [],
  insights: [],
  notifications: [events.referrerNotified, events.webhookEndpointDisabled],
};
