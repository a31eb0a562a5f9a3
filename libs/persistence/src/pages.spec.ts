import { describe, expect, it } from '@jest/globals';
import { listing, type Condition } from './pages.js';

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
