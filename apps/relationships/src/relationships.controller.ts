import { Controller, Inject } from '@nestjs/common';
import { codes, events, imports, relationships, type EventData, type ImportProgress, type Input, type Reply } from '@referrals/contracts';
import { On, Read, Room, SealingKeys, Write, type ReceivedEvent, type RoomController, type Sealable, type Work } from '@referrals/messaging';
import type { Transaction } from '@referrals/persistence';
import { checkRetention } from './check-retention.js';
import { codeOf, readLines } from './import-lines.js';
import { importRows } from './import-rows.js';
import { listImportRefusals, readImport } from './import-rows.queries.js';
import { noteAssessments } from './note-assessments.js';
import { notePayments, noteReturns } from './note-payments.js';
import { noteTrials } from './note-trials.js';
import { recordActivity, type Activity, type ActivityReply } from './record-activity.js';
import { referralOf, type ReferralRow } from './referral-row.js';
import { countUses, findReferral, listReferrals } from './referrals.queries.js';
import { registerReferrals, type Registration, type RegistrationReply } from './register-referrals.js';
import { updateUsers } from './update-users.js';

type Contracts = typeof relationships;
/** A list of codes is a list of rows to write. */
const IMPORT_MS = 5_000;

@Controller()
export class RelationshipsController implements RoomController {
  private readonly sealing: SealingKeys;

  constructor(@Inject(Room) readonly room: Room) {
    this.sealing = new SealingKeys(room.bus, room.log);
  }

  @Write(relationships.register)
  async register(requests: Registration[]): Promise<Work<RegistrationReply>> {
    const items = requests.map(({ code, attributionToken }) => (code === undefined ? { attributionToken: attributionToken! } : { code }));
    const [resolved, sealed] = await Promise.all([this.room.bus.request(codes.resolve, { items }), this.sealed(requests)]);
    return (tx) => registerReferrals(tx, sealed, resolved.items);
  }

  @Write(relationships.recordActivity)
  async recordActivity(requests: Activity[]): Promise<Work<ActivityReply>> {
    const sealed = await this.sealed(requests);
    return (tx) => recordActivity(tx, sealed);
  }

  @Write(relationships.updateUser)
  async updateUser(requests: Input<Contracts['updateUser']>[]): Promise<Work<Reply<Contracts['updateUser']>>> {
    const sealed = await this.sealed(requests);
    return (tx) => updateUsers(tx, sealed);
  }

  /** Codes are made first, and stay when the lines are not taken after all: whoever sends the lines again finds them. */
  @Write(imports.rows)
  async importRows([request]: Input<typeof imports.rows>[]): Promise<Work<ImportProgress>> {
    const lines = readLines(request!.columns, request!.rows);
    const wanted = lines.map((read) => ('is' in read ? codeOf(read.is) : null));
    const names = wanted.map((code) => (code === null ? null : JSON.stringify(code)));
    const different = new Map(wanted.flatMap((code, n) => (code === null ? [] : [[names[n]!, code] as const])));
    const { items } = await this.room.bus.request(imports.importCodes, { codes: [...different.values()] }, { timeoutMs: IMPORT_MS });
    const found = new Map([...different.keys()].map((name, n) => [name, items[n]!]));
    const sealed = await Promise.all(lines.map(async (read) => ('is' in read && read.is.record === 'user' ? { ...read, is: await this.sealing.seal(read.is) } : read)));
    return async (tx) => [await importRows(tx, request!, sealed, names.map((name) => (name === null ? null : found.get(name)!)))];
  }

  @Read(imports.get)
  getImport({ importId }: Input<typeof imports.get>): Promise<ImportProgress> {
    return readImport(this.room.db, importId);
  }

  @Read(imports.listRefusals)
  listImportRefusals(request: Input<typeof imports.listRefusals>): Promise<Reply<typeof imports.listRefusals>> {
    return listImportRefusals(this.room.db, request);
  }

  @Write(relationships.checkRetention)
  checkRetention([request]: Input<Contracts['checkRetention']>[]): Work<Reply<Contracts['checkRetention']>> {
    return async (tx) => [await checkRetention(tx, request!)];
  }

  @Read(relationships.getReferral)
  async getReferral({ referralId }: Input<Contracts['getReferral']>) {
    return this.shown(await findReferral(this.room.db, 'id', referralId));
  }

  @Read(relationships.getReferralOf)
  async getReferralOf({ userId }: Input<Contracts['getReferralOf']>) {
    return this.shown(await findReferral(this.room.db, 'referee_id', userId));
  }

  @Read(relationships.listReferrals)
  async listReferrals(request: Input<Contracts['listReferrals']>) {
    const { data, nextCursor } = await listReferrals(this.room.db, request);
    return { data: await Promise.all(data.map((row) => this.shown(row))), nextCursor };
  }

  @Read(relationships.countUses)
  async countUses({ codeIds }: Input<Contracts['countUses']>) {
    return { uses: await countUses(this.room.db, codeIds) };
  }

  @On(events.paymentSettled)
  notePayments(tx: Transaction, settled: ReceivedEvent<EventData<typeof events.paymentSettled>>[]): Promise<void> {
    return notePayments(tx, settled);
  }

  @On(events.referralAssessed)
  noteAssessments(tx: Transaction, assessed: ReceivedEvent<EventData<typeof events.referralAssessed>>[]): Promise<void> {
    return noteAssessments(tx, assessed);
  }

  @On(events.subscriptionUpdated)
  noteTrials(tx: Transaction, reported: ReceivedEvent<EventData<typeof events.subscriptionUpdated>>[]): Promise<void> {
    return noteTrials(tx, reported);
  }

  @On(events.paymentRefunded)
  noteRefunds(tx: Transaction, returned: ReceivedEvent<EventData<typeof events.paymentRefunded>>[]): Promise<void> {
    return noteReturns(tx, returned);
  }

  @On(events.paymentDisputed)
  noteDisputes(tx: Transaction, returned: ReceivedEvent<EventData<typeof events.paymentDisputed>>[]): Promise<void> {
    return noteReturns(tx, returned);
  }

  /** The gateway has sealed what comes over HTTP; a host on NATS may send it in the clear, and it goes no further so. */
  private sealed<Request extends Sealable>(requests: Request[]): Promise<Request[]> {
    return Promise.all(requests.map((request) => this.sealing.seal(request)));
  }

  private async shown(row: ReferralRow) {
    return referralOf(row, (await this.room.db.programme()).stages.trackableApps);
  }
}
