import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { Refusal } from '@referrals/domain';
import type { Database } from '@referrals/persistence';
import { TestDatabase } from '@referrals/testing';
import { registerReferrals } from './register-referrals.js';

/** Few users, so that races meet: on a large random graph even an unprotected race finds nothing. */
const USERS = 40;
const ROUNDS = 1_000;

let test: TestDatabase;
let db: Database;

beforeEach(async () => {
  test = await TestDatabase.create();
  db = await test.open('relationships');
});

afterEach(() => test.close());

const register = async (refereeId: string, ownerId: string): Promise<string> => {
  const code = { codeId: uuidv7(), ownerId, type: 'auto' as const, isActive: true, expiresAt: null, maxUses: null, dailyLimit: null };
  const [outcome] = await db.transaction((tx) => registerReferrals(tx, [{ refereeId, code: 'CODE' }], [code]));
  return outcome instanceof Refusal ? outcome.code : outcome!.outcome;
};

/** One round: `length` registrations at once, each of which would be fine, and which together would close a cycle. */
async function race(round: number): Promise<string[]> {
  const length = 2 + (round % 5);
  const first = (round * 7) % USERS;
  const user = (n: number) => `u${(first + (n % length)) % USERS}`;
  return Promise.all(Array.from({ length }, (_, n) => register(user(n), user(n + 1))));
}

const hasCycle = async (): Promise<boolean> => {
  const [row] = await test.rows<{ found: boolean }>(`
    with recursive up as (
      select referee_id as start, referrer_id as user_id from relationships.referral
      union select up.start, r.referrer_id from up join relationships.referral r on r.referee_id = up.user_id)
    select exists (select from up where user_id = start) as found`);
  return row!.found;
};

const clear = () => test.owner.query('truncate relationships.referral, relationships.outbox, relationships.outbox_unsent, relationships.code_use');

describe('registrations that would close a cycle together', () => {
  it(`close none in ${ROUNDS} rounds, and somebody gets in every time`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const outcomes = await race(round);
      const said = new Set(outcomes);
      expect([...said].filter((outcome) => outcome !== 'registered' && outcome !== 'referral_loop')).toEqual([]);
      expect(said.has('registered')).toBe(true);
      expect(await hasCycle()).toBe(false);
      await clear();
    }
  }, 180_000);

  it('do close cycles once the protection is taken away', async () => {
    await test.owner.query('alter table relationships.referral disable trigger referral_closes_no_loop');
    await test.owner.query(`create or replace function relationships.lock_users(exclusive_ids text[], shared_ids text[]) returns void language sql as 'select'`);
    const [row] = await test.rows<{ body: string }>(`select pg_get_functiondef('relationships.prepare_registrations'::regproc) as body`);
    await test.owner.query(row!.body.replace("perform pg_advisory_xact_lock(common.lock_key('walk', ''));", ''));
    let found = false;
    for (let round = 0; round < 300 && !found; round += 1) {
      await race(round);
      found = await hasCycle();
      await clear();
    }
    expect(found).toBe(true);
  }, 60_000);
});
