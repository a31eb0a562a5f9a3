import { Controller, Inject, type Type } from '@nestjs/common';
import { plumbing, type Input, type LoggedEvent, type Reply } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import { cleanUp, FIRST_ID, keepEventLog, listing, type Forget, type Transaction } from '@referrals/persistence';
import { addAudit, readAudit } from './audit.js';
import type { RequestMeta } from './bus.js';
import { applyEvents } from './apply-events.js';
import { Read, Write, type AnyEvent, type RoomController, type Subscription } from './handle.js';
import { eraseUser } from './erase-user.js';
import { Room } from './room.js';
import type { Work } from './write-group.js';

type Contracts = ReturnType<typeof plumbing>;

/** What every room answers under its own name: health, re-publishing, dead letters. @param forgets what the room has beside the others to forget */
export function plumbingController(name: string, subscriptions: () => Subscription[], forgets: readonly Forget[] = []): Type<RoomController> {
  const contracts = plumbing(name);

  @Controller()
  class PlumbingController implements RoomController {
    constructor(@Inject(Room) readonly room: Room) {}

    @Read(contracts.health)
    async health(): Promise<Reply<Contracts['health']>> {
      const [row] = await this.room.db.rows<{ unsent: number }>('select count(*)::int as unsent from outbox_unsent');
      return { ok: true, unsent: row!.unsent };
    }

    @Write(contracts.republish)
    republish([input]: Input<Contracts['republish']>[]): Work<Reply<Contracts['republish']>> {
      return async (tx) => {
        const rows = await tx.rows(
          `insert into outbox_unsent (id) select id from outbox where id = any($1::uuid[]) on conflict do nothing returning id`,
          [input!.ids],
        );
        tx.wakeRelay();
        return [{ republished: rows.length }];
      };
    }

    /** For a reader that makes its rows anew: it alone gets the events, and the others' inboxes are left in peace. */
    @Read(contracts.readEvents)
    async readEvents({ types, after, limit }: Input<Contracts['readEvents']>): Promise<Reply<Contracts['readEvents']>> {
      const rows = await this.room.db.rows<{ id: string; body: never }>(EVENTS, [types, after ?? null, limit]);
      return { data: rows.map(({ body }) => body), next: rows.at(-1)?.id ?? null };
    }

    /** For people who watch: what is sealed stays out. */
    @Read(contracts.listEvents)
    async listEvents({ limit, before }: Input<Contracts['listEvents']>): Promise<Reply<Contracts['listEvents']>> {
      const rows = await this.room.db.rows<{ body: Omit<LoggedEvent, 'room'> }>(...listing('select body from outbox', [before !== undefined && ['id < ?', before]], 'id desc', limit));
      return { data: rows.map(({ body: { id, type, occurredAt, aggregateId, data } }) => ({ id, room: name, type, occurredAt, aggregateId, data: unsealed(data) })) };
    }

    @Write(contracts.cleanUp)
    cleanUp([input]: Input<Contracts['cleanUp']>[]): Work<Reply<Contracts['cleanUp']>> {
      return async (tx) => [await cleanUp(tx, input!.limit, forgets)];
    }

    @Write(contracts.keepPartitions)
    keepPartitions(): Work<Reply<Contracts['keepPartitions']>> {
      return async (tx) => [await keepEventLog(tx, this.room.env.KEEP_EVENTS_MONTHS)];
    }

    @Read(contracts.listDeadLetters)
    async listDeadLetters({ limit, before }: Input<Contracts['listDeadLetters']>): Promise<Reply<Contracts['listDeadLetters']>> {
      const rows = await this.room.db.rows<LetterRow>(...listing(LETTERS, [before !== undefined && ['event_id < ?', before]], 'event_id desc', limit));
      return { data: rows.map((row) => ({ ...row, room: name, createdAt: row.createdAt.toISOString(), redrivenAt: row.redrivenAt?.toISOString() ?? null })) };
    }

    @Write(contracts.erase)
    erase([input]: Input<Contracts['erase']>[]): Work<Reply<Contracts['erase']>> {
      return async (tx) => {
        const changed = await eraseUser(tx, input!.userId, input!.pseudonym);
        tx.wakeRelay();
        return [{ changed }];
      };
    }

    @Read(contracts.export)
    async export({ userId, after, bytes }: Input<Contracts['export']>): Promise<Reply<Contracts['export']>> {
      const [row] = await this.room.db.rows<{ page: Reply<Contracts['export']> }>('select export_page($1, $2, $3) as page', [userId, after ? JSON.stringify(after) : null, bytes]);
      return row!.page;
    }

    @Read(contracts.listAudit)
    async listAudit({ limit, before }: Input<Contracts['listAudit']>): Promise<Reply<Contracts['listAudit']>> {
      return { data: await readAudit(this.room.db, name, limit, before) };
    }

    /** Takes the event out of the inbox and applies it as if it had just come; a failure leaves the letter as it was. */
    @Write(contracts.redriveDeadLetter)
    redrive([input]: Input<Contracts['redriveDeadLetter']>[], [meta]: RequestMeta[]): Work<Reply<Contracts['redriveDeadLetter']>> {
      return async (tx) => {
        const [letter] = await tx.rows<LetterRow>(`${LETTERS} where event_id = $1 for update`, [input!.id]);
        if (!letter) return [new Refusal('not_found')];
        const event = letter.event as unknown as AnyEvent;
        const error = await this.applyAgain(tx, event);
        if (error === null) await tx.rows('update dead_letter set redriven_at = common.now() where event_id = $1', [input!.id]);
        const outcome = error === null ? 'applied' : 'failed';
        await addAudit(tx, { actor: meta?.actor, action: 'dead_letter.redriven', subject: input!.id, after: { outcome } });
        return [{ outcome: error === null ? 'applied' : 'failed', error }];
      };
    }

    private async applyAgain(tx: Transaction, event: AnyEvent): Promise<string | null> {
      await tx.rows('savepoint redrive');
      try {
        await tx.rows('delete from inbox where event_id = $1', [event.id]);
        await applyEvents(tx, subscriptions(), [event]);
        return null;
      } catch (error) {
        await tx.rows('rollback to savepoint redrive');
        return (error as Error).message;
      }
    }
  }
  return PlumbingController;
}

/** As many as one message of the broker holds, and one at least; a page without any is the end. */
const EVENTS = `select id, body from (
    select id, body, sum(octet_length(body::text)) over (order by id) as bytes, row_number() over (order by id) as number from (
      select id, body from outbox where type = any($1) and id > coalesce($2::uuid, '${FIRST_ID}') order by id limit $3) page) counted
  where bytes < 300000 or number = 1 order by id`;

const SEALED = ['context', 'sealedEmail'];
const unsealed = (data: LoggedEvent['data']): LoggedEvent['data'] => Object.fromEntries(Object.entries(data).filter(([field]) => !SEALED.includes(field)));

const LETTERS = `select event_id as id, type, body as event, error, attempts, created_at as "createdAt", redriven_at as "redrivenAt" from dead_letter`;

interface LetterRow {
  id: string;
  type: string;
  event: never;
  error: string;
  attempts: number;
  createdAt: Date;
  redrivenAt: Date | null;
}
