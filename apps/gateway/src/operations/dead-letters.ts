import { plumbing, ROOMS, type deadLetters, type Input, type Reply, type RoomName } from '@referrals/contracts';
import { Refusal } from '@referrals/domain';
import type { Answer } from '@referrals/messaging';
import { decodeCursor, page } from '@referrals/persistence';
import type { Gateway } from '../gateway.js';
import type { Call } from '../http/call.js';

type List = Reply<typeof deadLetters.list>;
type Redriven = Reply<typeof deadLetters.redrive>;

/**
 * The letters of all rooms, newest first. A letter's id is its event's, so that several rooms may have one of the same
 * id: those stand in the order of the rooms' names, and a cursor names id and room.
 */
export async function listDeadLetters({ bus }: Gateway, { limit, cursor }: Input<typeof deadLetters.list>, call: Call): Promise<List> {
  const last = decodeCursor(cursor, ['id', 'word']);
  const lists = await Promise.all(
    ROOMS.map(async (room) => {
      const before = last ? boundOf(room, last[0], last[1]) : undefined;
      return (await bus.request(plumbing(room).listDeadLetters, { limit: limit + 1, ...(before && { before }) }, call.options)).data;
    }),
  );
  const letters = lists.flat().sort((a, b) => compare(b.id, a.id) || compare(a.room, b.room));
  return page(letters, limit, (letter) => [letter.id, letter.room]);
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Rooms list what lies before an id; for a room that comes after the cursor's, the id itself is still to come. */
function boundOf(room: RoomName, id: string, lastRoom: string): string {
  if (room <= lastRoom) return id;
  const next = (BigInt(`0x${id.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0');
  return next.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Lets every room that has the letter try again. @throws Refusal `not_found` when none has */
export async function redriveDeadLetter({ bus }: Gateway, input: Input<typeof deadLetters.redrive>, call: Call): Promise<Answer<Redriven>> {
  const answers = await Promise.all(ROOMS.map((room) => orNone(bus.ask(plumbing(room).redriveDeadLetter, input, call.options))));
  const found = answers.filter((answer) => answer !== null);
  if (found.length === 0) throw new Refusal('not_found');
  const failed = found.find(({ value }) => value.outcome === 'failed');
  return { value: (failed ?? found[0]!).value, replayed: found.every(({ replayed }) => replayed) };
}

async function orNone<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not_found') return null;
    throw error;
  }
}
