import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor, listing, page, type Condition } from './pages.js';

const ID = '0199aaaa-0000-7000-8000-000000000001';

describe("a list's statement", () => {
  it.each<{ conditions: Condition[]; where: string; values: unknown[] }>([
    { conditions: [], where: '', values: [26] },
    { conditions: [false, false], where: '', values: [26] },
    { conditions: [['deleted_at is null'], false], where: ' where deleted_at is null', values: [26] },
    { conditions: [['status = ?', 'held'], false, ['(at, id) < (?, ?::uuid)', 'then', 'that']], where: ' where status = $1 and (at, id) < ($2, $3::uuid)', values: ['held', 'then', 'that', 26] },
    { conditions: [false, ['id < ?', null]], where: ' where id < $1', values: [null, 26] },
  ])('names what is given and nothing else: $where', ({ conditions, where, values }) => {
    expect(listing('select id from bonus', conditions, 'id desc', 26)).toEqual([`select id from bonus${where} order by id desc limit $${values.length}`, values]);
  });
});

describe('a cursor', () => {
  it('is the last row’s key, and none at the end', () => {
    const rows = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
    const { data, nextCursor } = page(rows, 2, ({ id }) => [id]);
    expect([data, decodeCursor(nextCursor!, ['word'])]).toEqual([rows.slice(0, 2), ['b']]);
    expect(page(rows, 3, ({ id }) => [id]).nextCursor).toBeNull();
    expect(decodeCursor(undefined, ['id'])).toBeNull();
  });

  it.each([
    ['id', ID], ['count', '0'], ['count', '123456789'], ['word', 'clawed_back'], ['json', '{"table":"code","key":null}'], ['instant', '2026-05-10T12:00:00.123456+00:00'], ['instant', '2026-05-10T12:00:00.000Z'],
  ] as const)('may hold the %s %s', (kind, part) => {
    expect(decodeCursor(encodeCursor([part, ID]), [kind, 'id'])).toEqual([part, ID]);
  });

  it.each([
    ['id', 'x'], ['id', ''], ['id', `${ID}'`], ['count', '-1'], ['count', '1e3'], ['count', '9999999999'], ['count', 'NaN'], ['word', "' or 1=1"], ['word', ''],
    ['json', '{'], ['instant', 'yesterday'], ['instant', '2026'], ['instant', '2026-99-99T00:00:00Z'],
  ] as const)('of the caller’s own is refused before the database reads it: no %s %j', (kind, part) => {
    expect(() => decodeCursor(encodeCursor([part]), [kind])).toThrow(expect.objectContaining({ code: 'invalid_request', errors: [expect.objectContaining({ path: 'cursor' })] }));
  });

  it.each([['text', 'not base64 of anything'], ['another list’s', encodeCursor([ID, ID])], ['nothing', encodeCursor([])], ['an object', Buffer.from('{"0":"x"}').toString('base64url')], ['numbers', Buffer.from('[1]').toString('base64url')]])('that is %s is refused', (_name, cursor) => {
    expect(() => decodeCursor(cursor, ['id'])).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
