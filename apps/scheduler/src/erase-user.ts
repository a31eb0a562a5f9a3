import { plumbing, ROOMS, type Erasure, type RoomName } from '@referrals/contracts';
import { DAY, shift } from '@referrals/domain';
import { addAudit, type Room } from '@referrals/messaging';
import { REAL_NOW, type Transaction } from '@referrals/persistence';
import { v7 as uuidv7, v4 as uuidv4 } from 'uuid';

/** The stream keeps events and fraud keeps the keys of boxes for as long. */
const STREAM_DAYS = 14;
/** Between the two passes: what was on its way between rooms at the first has arrived by then. */
const PAUSE = `interval '3 seconds'`;
const STEP_MS = 6_000;

interface ErasureRow {
  id: string;
  userId: string;
  pseudonym: string;
  requestedAt: Date;
  finishedAt: Date | null;
  firstPass: string[];
  secondPass: string[];
  isSettled: boolean;
}

const COLUMNS = `id, user_id as "userId", pseudonym, requested_at as "requestedAt", finished_at as "finishedAt", first_pass as "firstPass",
  second_pass as "secondPass", begun_at < ${REAL_NOW} - ${PAUSE} as "isSettled"`;
const BEGIN = `insert into erasure (id, user_id, pseudonym, requested_by, requested_at) values ($1, $2, $3, $4, common.now())
  on conflict (user_id) where finished_at is null do nothing returning id`;
const OPEN = `select ${COLUMNS} from erasure where finished_at is null order by id limit 100`;
// the row itself names the user: the scheduler is the last to erase, and with it the row
const CONFIRM = `update erasure set first_pass = array(select distinct unnest(first_pass || $2::text[]) order by 1),
  second_pass = array(select distinct unnest(second_pass || $3::text[]) order by 1) where id = $1`;
const FINISH = 'update erasure set finished_at = common.now() where id = $1 and finished_at is null';

/** Notes that a user is to be erased; a second request while that goes on is the same one. */
export async function beginErasure(tx: Transaction, userId: string, actor: string): Promise<Erasure> {
  const pseudonym = `erased:${uuidv4()}`;
  const [begun] = await tx.rows<{ id: string }>(BEGIN, [uuidv7(), userId, pseudonym, actor]);
  if (begun) await addAudit(tx, { actor, action: 'user.erased', subject: pseudonym });
  const [row] = await tx.rows<ErasureRow>(`select ${COLUMNS} from erasure where user_id = $1 and finished_at is null`, [userId]);
  return erasureOf(row!);
}

function erasureOf({ id, requestedAt, finishedAt, firstPass, secondPass }: ErasureRow): Erasure {
  const standing = (room: RoomName) => (secondPass.includes(room) ? 'confirmed' : firstPass.includes(room) ? 'erased' : 'waiting');
  return {
    id, status: finishedAt ? 'finished' : 'running', requestedAt: requestedAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null,
    rooms: Object.fromEntries(ROOMS.map((room) => [room, standing(room)])),
    streamClearedAt: shift(requestedAt, STREAM_DAYS * DAY).toISOString(),
  };
}

/**
 * Has every room erase, twice: an event that was on its way while the first rooms erased may have brought the id once more. A
 * room that does not answer is asked again until it has confirmed. Every step may run twice, and changes nothing the second time.
 */
export class Erasures {
  private going: Promise<void> | null = null;
  private ended = false;

  constructor(private readonly room: Room) {}

  wake(): void {
    void this.goOn().catch(() => undefined);
  }

  goOn(): Promise<void> {
    if (this.ended) return Promise.resolve();
    this.going ??= this.look().finally(() => (this.going = null));
    return this.going;
  }

  async stop(): Promise<void> {
    this.ended = true;
    await this.going?.catch(() => undefined);
  }

  private async look(): Promise<void> {
    for (const row of await this.room.db.rows<ErasureRow>(OPEN)) await this.erase(row);
  }

  private async erase(row: ErasureRow): Promise<void> {
    const others = ROOMS.filter((name) => name !== 'scheduler');
    const first = await this.pass(row, others.filter((name) => !row.firstPass.includes(name)));
    const isFirstDone = others.every((name) => row.firstPass.includes(name) || first.includes(name));
    const second = isFirstDone && row.isSettled ? await this.pass(row, others.filter((name) => !row.secondPass.includes(name))) : [];
    if (first.length + second.length > 0) await this.room.db.rows(CONFIRM, [row.id, first, second]);
    if (!others.every((name) => row.secondPass.includes(name) || second.includes(name))) return;
    await this.room.db.transaction(async (tx) => {
      await tx.rows(CONFIRM, [row.id, ['scheduler'], ['scheduler']]);
      await tx.rows('select erase_user($1, $2)', [row.userId, row.pseudonym]);
      await tx.rows(FINISH, [row.id]);
    });
    this.room.log.info({ erasureId: row.id }, 'user_erased');
  }

  /** @returns the rooms that have done it */
  private async pass({ userId, pseudonym, id }: ErasureRow, rooms: RoomName[]): Promise<RoomName[]> {
    const done: RoomName[] = [];
    for (const name of rooms) {
      try {
        await this.room.bus.request(plumbing(name).erase, { userId, pseudonym }, { timeoutMs: STEP_MS });
        done.push(name);
      } catch (error) {
        this.room.log.warn({ erasureId: id, asked: name, err: (error as Error).message }, 'erasure_waits');
      }
    }
    return done;
  }
}
