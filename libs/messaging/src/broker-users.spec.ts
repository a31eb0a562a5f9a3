import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import { readEnv, Secrets } from '@referrals/config';
import { access, ASKS, batchRewards, codes, events, fraud, insights, notifications, plumbing, relationships, rewards, ROOMS, scheduler, stripe } from '@referrals/contracts';
import { startNats, type NatsServer } from '@referrals/servers';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askingUser, brokerUsers, inboxOf } from './broker-users.js';
import { brokerAccounts, connectAs, connectNats } from './nats.js';
import { consumerName } from './stream.js';

/** Everything that anybody could say or hear: every contract, every fact, every inbox, and the broker's own subjects. */
const REQUESTS = [access, batchRewards, codes, fraud, insights, notifications, relationships, rewards, scheduler, stripe, ...ROOMS.map(plumbing)]
  .flatMap((contracts) => Object.values(contracts).map(({ subject }) => subject)).filter((subject) => !subject.startsWith('gateway.'));
const FACTS = Object.values(events).map(({ type }) => `events.${type}`);
const NAMES = brokerUsers(['host']).map(({ name }) => name);
const INBOXES = NAMES.map((name) => `${inboxOf(name)}.x`);
const CHANGES = ['STREAM.CREATE.REFERRALS', 'STREAM.UPDATE.REFERRALS', 'CONSUMER.CREATE.REFERRALS.mine', 'CONSUMER.DURABLE.CREATE.REFERRALS.mine', 'CONSUMER.DELETE.REFERRALS.host'].map((verb) => `$JS.API.${verb}`);
const DESTRUCTIONS = [
  'STREAM.DELETE.REFERRALS', 'STREAM.PURGE.REFERRALS', 'STREAM.MSG.DELETE.REFERRALS', 'STREAM.CREATE.OTHER', 'STREAM.LIST',
].map((verb) => `$JS.API.${verb}`);
const UNIVERSE = [...new Set([...REQUESTS, ...FACTS, ...INBOXES, ...CHANGES, ...DESTRUCTIONS, '_INBOX.x', '$SYS.REQ.SERVER.PING', 'something.else'])];

let folder: string;
let secrets: Secrets;
let server: NatsServer;
const said = new Map<string, string[]>();
const heard = new Map<string, string[]>();
const connect = (name: string): Promise<NatsConnection> => connectAs(name, { NATS_URL: server.url }, secrets);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'broker-users-'));
  secrets = new Secrets(folder);
  server = await startNats({ dataDir: join(folder, 'nats'), users: brokerAccounts(secrets, ['host']) });
  await Promise.all(NAMES.map(async (name) => {
    const nats = await connect(name);
    said.set(name, await mayPublish(nats));
    heard.set(name, await mayHear(nats));
    await nats.close();
  }));
}, 60_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** What of the universe the broker lets this user publish, by trying. */
async function mayPublish(nats: NatsConnection): Promise<string[]> {
  const refused = new Set<string>();
  void (async () => {
    for await (const status of nats.status()) if (status.type === 'error' && status.error instanceof PermissionViolationError) refused.add(status.error.subject);
  })();
  for (const subject of UNIVERSE) nats.publish(subject, '{}');
  await nats.flush();
  await new Promise(setImmediate); // refusals came before the flush's answer, and are read in turns of their own
  return UNIVERSE.filter((subject) => !refused.has(subject));
}

/** What of the universe the broker lets this user listen to, outside of any queue group and in each of the rooms'. */
async function mayHear(nats: NatsConnection): Promise<string[]> {
  const tried = ['', ...ROOMS].flatMap((queue) => UNIVERSE.map((subject) => ({ queue, subject })));
  const refused = new Set<string>();
  for (const { queue, subject } of tried) {
    nats.subscribe(subject, { ...(queue && { queue }), callback: (error) => void (error && refused.add(`${queue} ${subject}`)) });
  }
  await nats.flush();
  return tried.filter(({ queue, subject }) => !refused.has(`${queue} ${subject}`)).map(({ queue, subject }) => (queue ? `${subject} in ${queue}` : subject));
}

const whoMaySay = (subject: string): string[] => NAMES.filter((name) => said.get(name)!.includes(subject));

describe('the users of the broker', () => {
  it.each(ROOMS)('of %s say and hear what is theirs and no foreign subject', (room) => {
    const own = REQUESTS.filter((subject) => subject.startsWith(`${room}.`));
    expect(heard.get(`${room}-answers`)).toEqual(own.map((subject) => `${subject} in ${room}`));
    expect(said.get(`${room}-answers`)!.filter((subject) => !subject.startsWith('_INBOX_'))).toEqual([]);
    for (const role of ['asks', 'facts']) {
      const inbox = `_INBOX_${room}-${role}.x`;
      expect(heard.get(`${room}-${role}`)!.map((subject) => subject.split(' in ')[0])).toEqual(Array(1 + ROOMS.length).fill(inbox));
    }
    expect(said.get(`${room}-facts`)!.filter((subject) => !FACTS.includes(subject))).toEqual([]);
    expect(said.get(`${room}-asks`)!.filter((subject) => !REQUESTS.includes(subject))).toEqual([]);
  });

  it('let each room ask what it needs', () => {
    expect(said.get('codes-asks')).toEqual(['fraud.getSealingKey', 'relationships.countUses']);
    expect(said.get('relationships-asks')).toEqual(['codes.resolve', 'fraud.getSealingKey']);
    expect(said.get('fraud-asks')).toEqual(['rewards.listBonuses']);
    expect(said.get('rewards-asks')).toEqual([]);
    expect(said.get('insights-asks')).toEqual(ROOMS.map((room) => `${room}.readEvents`).sort(byUniverse));
    expect(said.get('operator')).toEqual(ROOMS.map((room) => `${room}.health`).sort(byUniverse));
  });

  it.each(FACTS)('let one room alone tell %s', (fact) => {
    expect(whoMaySay(fact)).toEqual([expect.stringMatching(/-facts$/)]);
  });

  it('let nobody who is asked say anything but answers, so that no request can make a room tell a fact', () => {
    for (const room of ROOMS) {
      const askers = Object.entries(ASKS).filter(([, contracts]) => contracts.some(({ subject }) => subject.startsWith(`${room}.`)));
      expect(said.get(`${room}-answers`)!.sort()).toEqual(askers.map(([asker]) => `_INBOX_${askingUser(asker as never)}.x`).sort());
    }
  });

  it('let the deploy user alone change the stream, and nobody delete it, purge it or look into the server', () => {
    for (const subject of CHANGES) expect(whoMaySay(subject)).toEqual(['deploy']);
    for (const subject of [...DESTRUCTIONS, '$SYS.REQ.SERVER.PING', '_INBOX.x', 'something.else']) expect(whoMaySay(subject)).toEqual([]);
  });

  it('let the operator alone listen to facts as they pass, and everybody to their own inbox alone', () => {
    for (const fact of FACTS) expect(NAMES.filter((name) => heard.get(name)!.includes(fact))).toEqual(['operator']);
    for (const inbox of INBOXES) expect(NAMES.filter((name) => heard.get(name)!.includes(inbox))).toEqual(NAMES.filter((name) => inbox === `_INBOX_${name}.x` && !name.endsWith('-answers')));
  });
});

const byUniverse = (a: string, b: string): number => UNIVERSE.indexOf(a) - UNIVERSE.indexOf(b);

describe('a reply to a foreign subject', () => {
  it('is never sent: 40 of them reach neither a fact, nor a room, nor an inbox that may not ask', async () => {
    const answers = await connect('codes-answers');
    answers.subscribe('codes.issue', { queue: 'codes', callback: (_error, message) => void message.respond('{"injected":true}') });
    await answers.flush();
    const operator = await connect('operator');
    const listeners = [operator, ...(await Promise.all(['rewards-facts', 'fraud-asks', 'deploy'].map(connect)))];
    const injected: string[] = [];
    const watch = (nats: NatsConnection, subject: string): void => void nats.subscribe(subject, { callback: (_error, message) => void injected.push(message.subject) });
    watch(operator, 'events.>');
    for (const [index, name] of ['rewards-facts', 'fraud-asks', 'deploy'].entries()) watch(listeners[index + 1]!, `_INBOX_${name}.>`);
    await Promise.all(listeners.map((nats) => nats.flush()));
    const gateway = await connect('gateway');
    const targets = [...FACTS, ...REQUESTS, ...CHANGES, '_INBOX_rewards-facts.x', '_INBOX_fraud-asks.x', '_INBOX_deploy.x'];
    expect(targets.length).toBeGreaterThan(40);
    for (const reply of targets) gateway.publish('codes.issue', '{}', { reply });
    const honest = await gateway.request('codes.issue', '{}');
    expect(honest.string()).toBe('{"injected":true}'); // it does answer, and after all the others
    await answers.flush();
    await Promise.all(listeners.map((nats) => nats.flush()));
    expect(injected).toEqual([]);
    await Promise.all([answers, gateway, ...listeners].map((nats) => nats.close()));
  });
});

describe('the broker', () => {
  it('lets nobody in without a key, and nobody with another user’s name and an unknown key', async () => {
    await expect(connectNats(server.url, 'gateway')).rejects.toThrow(/authorization/i);
    await expect(connectAs('gateway', { NATS_URL: server.url }, new Secrets(join(folder, 'other')))).rejects.toThrow(/authorization/i);
  });

  it('knows public keys alone; each seed is a file that its owner alone may read', async () => {
    const configuration = await readFile(join(folder, 'nats', 'nats.conf'), 'utf8');
    expect(configuration.match(/"nkey":"U[A-Z2-7]{55}"/g)).toHaveLength(NAMES.length);
    for (const file of await readdir(join(folder, 'secrets'))) {
      const path = join(folder, 'secrets', file);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(configuration).not.toContain((await readFile(path, 'utf8')).trim());
    }
  });

  it('takes a name and a password of the address instead', async () => {
    const other = await startNats({ dataDir: join(folder, 'passwords'), users: [{ name: 'all in one', password: 'p@ss:word' }] });
    const address = other.url.replace('//', `//${encodeURIComponent('all in one')}:${encodeURIComponent('p@ss:word')}@`);
    const nats = await connectAs('codes-asks', readEnv({ NATS_URL: address }), secrets);
    expect(nats.isClosed()).toBe(false);
    await nats.close();
    await other.stop();
  });

  it('of an operator who made no users takes everybody', async () => {
    const open = await startNats({ dataDir: join(folder, 'open') });
    const nats = await connectAs('codes-asks', { NATS_URL: open.url }, secrets);
    await nats.flush();
    await nats.close();
    await open.stop();
  });
});

describe('a consumer of the stream', () => {
  it('has one name per room and type, none of which a host can have', () => {
    expect(consumerName('codes', 'user.updated')).toBe('codes_user-updated');
    expect(() => readEnv({ NATS_HOST_CONSUMERS: 'codes_user-updated' })).toThrow(/NATS_HOST_CONSUMERS/);
    expect(readEnv({}).NATS_HOST_CONSUMERS).toEqual(['host']);
  });
});
