import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fraud, type UserNote } from '@referrals/contracts';
import { encodeCursor } from '@referrals/persistence';
import { FraudFixture } from './fraud.fixture.js';

describe('notes about a user', () => {
  let room: FraudFixture;
  beforeAll(async () => {
    room = await FraudFixture.create();
  }, 60_000);
  afterAll(() => room.close());

  const list = (userId: string, cursor?: string) => room.ask(fraud.listUserNotes, { userId, limit: 2, ...(cursor && { cursor }) });

  it('bear who wrote them, and are the newest first, page by page', async () => {
    const made: UserNote[] = [];
    for (const body of ['called', 'called again', 'was right']) made.push(await room.ask(fraud.noteUser, { userId: 'till', body }, `key:${body.length}`));
    await room.ask(fraud.noteUser, { userId: 'nina', body: 'somebody else' });
    expect(made.map(({ actor, body }) => [actor, body])).toEqual([['key:6', 'called'], ['key:12', 'called again'], ['key:9', 'was right']]);
    const first = await list('till');
    const second = await list('till', first.nextCursor!);
    expect([...first.data, ...second.data]).toEqual(made.reverse());
    expect([first.data.length, second.nextCursor]).toEqual([2, null]);
  });

  it('of a user never heard of are none', async () => {
    expect(await list('nobody')).toEqual({ data: [], nextCursor: null });
  });

  it('take no cursor of another list', async () => {
    await expect(list('till', encodeCursor(['medium', '0199aaaa-0000-7000-8000-000000000001']))).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('go with the user’s erasure', async () => {
    const pseudonym = 'erased:0199aaaa-0000-7000-8000-000000000009';
    await room.t.owner.query('select fraud.erase_user($1, $2)', ['till', pseudonym]);
    expect((await list('till')).data).toEqual([]);
    const { rows } = await room.t.owner.query('select distinct body from fraud.user_note where user_id = $1', [pseudonym]);
    expect(rows).toEqual([{ body: '(erased)' }]);
  });
});
