import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fraud } from '@referrals/contracts';
import { DAY, SECOND, shift } from '@referrals/domain';
import { FraudFixture, NOW } from './fraud.fixture.js';

interface Verdict {
  known: boolean;
  group: string | null;
  sharedWithReferrer: boolean;
}

describe('the verdict on the address of a sign-up', () => {
  let room: FraudFixture;
  beforeAll(async () => {
    room = await FraudFixture.create();
  });
  afterAll(() => room.close());

  const verdicts = async (referralId: string): Promise<Verdict[]> => (await room.t.emitted('fraud', 'referral.assessed'))
    .filter(({ aggregateId }) => aggregateId === referralId).map(({ data }) => data['address'] as Verdict);
  const verdictOn = async (context: { ip?: string }, referrerId?: string) => (await verdicts((await room.signUp(context, referrerId)).referralId)).at(-1)!;

  it('is one opaque group for all sign-ups that a referrer brought from one address or IPv6 /64, and nothing that another referrer has', async () => {
    const [first, mapped, second] = [await verdictOn({ ip: '203.0.113.1' }, 'r'), await verdictOn({ ip: '::ffff:203.0.113.1' }, 'r'), await verdictOn({ ip: '203.0.113.2' }, 'r')];
    expect(first).toEqual({ known: true, group: expect.stringMatching(/^[\w-]{22}$/), sharedWithReferrer: false });
    expect(mapped).toEqual(first);
    expect(second.group).not.toBe(first.group);
    expect((await verdictOn({ ip: '203.0.113.1' }, 's')).group).not.toBe(first.group);
    expect((await verdictOn({ ip: '2001:db8::1' }, 'r')).group).toBe((await verdictOn({ ip: '2001:db8::2' }, 'r')).group);
  });

  it.each([['without an address', {}], ['with what is no address', { ip: '203.0.113' }]])('is that it is not known, %s', async (_name, context) => {
    expect(await verdictOn(context)).toEqual({ known: false, group: null, sharedWithReferrer: false });
  });

  it.each([
    ['30 days before', shift(NOW, -30 * DAY), true], ['a second more than that', shift(NOW, -30 * DAY - SECOND), false],
    ['at the same time', NOW, true], ['a second later', shift(NOW, SECOND), false],
  ])('is shared when the referrer used it %s', async (name, at, isShared) => {
    await room.seen(`seen ${name}`, { ip: '203.0.113.3' }, at);
    expect(await verdictOn({ ip: '203.0.113.3' }, `seen ${name}`)).toMatchObject({ sharedWithReferrer: isShared });
  });

  it('is told again when a sighting comes late, even in a network that is no signal, and stays when the facts are gone', async () => {
    await room.ask(fraud.createSharedNetwork, { network: '198.51.100.0/24' });
    const { referralId } = await room.signUp({ ip: '198.51.100.4' }, 'late');
    await room.seen('late', { ip: '198.51.100.4' });
    const told = await verdicts(referralId);
    expect(told.map(({ sharedWithReferrer }) => sharedWithReferrer)).toEqual([false, true]);
    expect(await room.scores(referralId)).toEqual([0, 0]);
    await room.t.rows('delete from fraud.fact');
    await room.t.rows(`update fraud.assessment set ip_hash = null, signals = '[{"signal": "pattern:gone", "weight": 1, "evidence": {}}]' where referral_id = $1`, [referralId]);
    await room.ask(fraud.rescore, {});
    expect((await verdicts(referralId))[2]).toEqual(told[1]);
  });
});
