import { ASKERS, ASKS, ROOMS, roomOf, SUBSCRIPTIONS, TELLS, type Asker, type RoomName } from '@referrals/contracts';
import { consumerName, eventSubject, STREAM } from './stream.js';

/** What a user of the broker may do; everything else is refused. */
export interface BrokerUser {
  name: string;
  permissions: { publish: { allow: string[] } | { deny: string[] }; subscribe: { allow: string[] } };
}

/**
 * Each room has three users, so that nobody can make it say what it would not say by itself: who answers publishes nothing but answers, into
 * the inboxes of those who may ask; who tells facts is asked nothing.
 */
export const askingUser = (asker: Asker): string => ((ROOMS as readonly string[]).includes(asker) ? `${asker}-asks` : asker);
export const answeringUser = (room: string): string => `${room}-answers`;
export const tellingUser = (room: string): string => `${room}-facts`;
/** Makes the stream and its consumers. */
export const DEPLOY_USER = 'deploy';

/** A user's replies come under its own name, where nobody else may listen. */
export const inboxOf = (user: string): string => `_INBOX_${user}`;

/** The whole map; `hosts` names the durable consumers through which hosts read all facts. */
export function brokerUsers(hosts: readonly string[]): BrokerUser[] {
  return [
    deploy,
    ...ROOMS.flatMap((room) => [answering(room), asking(room), telling(room)]),
    asking('gateway'),
    asking('host', hosts.flatMap(reading)),
    asking('operator', LOOKING_ON, ['events.>', '$JS.EVENT.ADVISORY.>']),
  ];
}

const user = (name: string, publish: string[], subscribe: string[]): BrokerUser => ({
  name,
  permissions: { publish: publish.length > 0 ? { allow: publish } : { deny: ['>'] }, subscribe: { allow: subscribe } },
});
const anyInboxOf = (name: string): string => `${inboxOf(name)}.>`;

const answering = (room: RoomName): BrokerUser => {
  const askers = ASKERS.filter((asker) => ASKS[asker].some((contract) => roomOf(contract) === room));
  return user(answeringUser(room), askers.map((asker) => anyInboxOf(askingUser(asker))), [`${room}.> ${room}`]);
};

const asking = (asker: Asker, morePublish: string[] = [], moreSubscribe: string[] = []): BrokerUser => {
  const name = askingUser(asker);
  return user(name, [...new Set(ASKS[asker].map(({ subject }) => subject)), ...morePublish], [anyInboxOf(name), ...moreSubscribe]);
};

const telling = (room: RoomName): BrokerUser => {
  const name = tellingUser(room);
  const consumers = SUBSCRIPTIONS[room].map(({ type }) => consumerName(room, type));
  return user(name, [...TELLS[room].map(({ type }) => eventSubject(type)), ...consumers.flatMap(reading)], [anyInboxOf(name)]);
};

const API = '$JS.API';

/** Reading a consumer that is there, and confirming what was read. */
const reading = (consumer: string): string[] => [
  `${API}.CONSUMER.INFO.${STREAM}.${consumer}`, `${API}.CONSUMER.MSG.NEXT.${STREAM}.${consumer}`, `$JS.ACK.${STREAM}.${consumer}.>`,
];

const LOOKING_ON = [
  `${API}.STREAM.INFO.${STREAM}`, `${API}.STREAM.MSG.GET.${STREAM}`, `${API}.CONSUMER.INFO.${STREAM}.*`, `${API}.CONSUMER.LIST.${STREAM}`,
];

/** It can make consumers anew, but neither delete nor purge what the stream holds, and neither publish nor read facts. */
const deploy = user(
  DEPLOY_USER,
  [
    `${API}.INFO`, `${API}.STREAM.CREATE.${STREAM}`, `${API}.STREAM.UPDATE.${STREAM}`, ...LOOKING_ON,
    `${API}.CONSUMER.CREATE.${STREAM}.>`, `${API}.CONSUMER.DURABLE.CREATE.${STREAM}.*`, `${API}.CONSUMER.DELETE.${STREAM}.*`,
  ],
  [anyInboxOf(DEPLOY_USER)],
);
