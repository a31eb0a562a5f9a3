import { Controller, Inject } from '@nestjs/common';
import { codes, events, imports, type Code, type EventData, type Input, type Reply } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { On, Read, Room, SealingKeys, Write, type ReceivedEvent, type RequestMeta, type RoomController, type Work } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { addAliases } from './add-aliases.js';
import { AttributionTokens } from './attribution-token.js';
import { countClicks } from './count-clicks.js';
import { createCode, type Creation } from './create-code.js';
import { importCodes } from './import-codes.js';
import { findCodes } from './find-codes.js';
import { sealClients } from './first-look-ups.js';
import { issueCodes, loadAutoCodes } from './issue-codes.js';
import { issueToken } from './issue-token.js';
import { listCodes } from './list-codes.js';
import { noteRegistrations, noteUses } from './note-registrations.js';
import { noteUsers } from './note-users.js';
import { pauseCodes } from './pause-codes.js';
import { resolveCodes } from './resolve-codes.js';
import { searchCodes } from './search-codes.js';
import { exactUses, updateCode, type Update } from './update-code.js';
import { validateCodes, type Validation } from './validate-codes.js';

type Contracts = typeof codes;

@Controller()
export class CodesController implements RoomController {
  private readonly tokens: AttributionTokens;
  private readonly clientKey: string;
  private readonly sealing: SealingKeys;

  constructor(@Inject(Room) readonly room: Room) {
    this.tokens = new AttributionTokens(room.secrets.get('attribution-token'));
    this.clientKey = room.secrets.get('codes-client-key');
    this.sealing = new SealingKeys(room.bus, room.log);
  }

  @Write(codes.issue)
  async issue(requests: Input<Contracts['issue']>[], metas: RequestMeta[]): Promise<Work<Code>> {
    const userIds = requests.map(({ userId }) => userId);
    const known = await loadAutoCodes(this.room.db, userIds);
    return async (tx) => {
      const { outcomes, assigned } = await issueCodes(tx, userIds, known);
      tx.afterCommit(() => assigned.forEach((code) => this.logAssigned(code, metas[userIds.indexOf(code.userId)])));
      return outcomes;
    };
  }

  @Write(codes.create)
  create([request]: Creation[], [meta]: RequestMeta[]): Work<Code> {
    return async (tx) => {
      const outcome = await createCode(tx, request!, meta?.actor);
      if (!(outcome instanceof Refusal)) tx.afterCommit(() => this.logAssigned(outcome, meta));
      return [outcome];
    };
  }

  @Write(codes.update)
  async update([request]: Update[], [meta]: RequestMeta[]): Promise<Work<Code>> {
    const uses = await exactUses(this.room, request!);
    return async (tx) => [await updateCode(tx, request!, uses, meta?.actor)];
  }

  @Read(codes.list)
  list(request: Input<Contracts['list']>): Promise<Reply<Contracts['list']>> {
    return listCodes(this.room.db, request);
  }

  @Read(codes.search)
  search(request: Input<Contracts['search']>): Promise<Reply<Contracts['search']>> {
    return searchCodes(this.room.db, request);
  }

  @Write(codes.validate)
  async validate(requests: Validation[]): Promise<Work<Reply<Contracts['validate']>>> {
    const { found } = await findCodes(this.room.db, requests.map(({ code }) => ({ text: code })));
    const boxes = await sealClients(this.sealing, requests, found);
    return (tx) => validateCodes(tx, requests, found, this.clientKey, boxes);
  }

  @Read(codes.issueToken)
  issueToken({ code }: Input<Contracts['issueToken']>): Promise<Reply<Contracts['issueToken']>> {
    return issueToken(this.room.db, this.tokens, code);
  }

  @Write(codes.click)
  async click(clicks: Input<Contracts['click']>[]): Promise<Work<Reply<Contracts['click']>>> {
    const found = await findCodes(this.room.db, clicks.map(({ code }) => ({ text: code })));
    return (tx) => countClicks(tx, clicks, found, this.tokens);
  }

  @Read(codes.resolve)
  async resolve(request: Input<Contracts['resolve']>): Promise<Reply<Contracts['resolve']>> {
    return { items: await resolveCodes(this.room.db, this.tokens, request) };
  }

  @Write(codes.addAliases)
  addAliases([request]: Input<Contracts['addAliases']>[]): Work<Reply<Contracts['addAliases']>> {
    return async (tx) => [await addAliases(tx, request!)];
  }

  @Write(imports.importCodes)
  importCodes([request]: Input<typeof imports.importCodes>[]): Work<Reply<typeof imports.importCodes>> {
    return async (tx) => [{ items: await importCodes(tx, request!.codes) }];
  }

  @On(events.referralRegistered)
  noteRegistrations(tx: Transaction, registrations: ReceivedEvent<EventData<typeof events.referralRegistered>>[]): Promise<void> {
    return noteRegistrations(tx, registrations);
  }

  @On(events.userUpdated)
  noteUsers(tx: Transaction, updates: ReceivedEvent<EventData<typeof events.userUpdated>>[]): Promise<void> {
    return noteUsers(tx, updates);
  }

  @On(events.codeAlarmed)
  pauseCodes(tx: Transaction, alarms: ReceivedEvent<EventData<typeof events.codeAlarmed>>[]): Promise<void> {
    return pauseCodes(tx, alarms, this.room.log);
  }

  @On(events.referralsImported)
  noteImports(tx: Transaction, imported: ReceivedEvent<EventData<typeof events.referralsImported>>[]): Promise<void> {
    return noteUses(tx, imported.flatMap(({ data }) => data.referrals));
  }

  private logAssigned({ id, userId, type }: Code, meta: RequestMeta | undefined): void {
    this.room.log.info({ codeId: id, userId, type, ...(meta?.requestId && { requestId: meta.requestId }) }, 'code_assigned');
  }
}
