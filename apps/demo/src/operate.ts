import type { ReferralsClient } from '@referrals/client';
import { access, apiKeys, codes, fraud, notifications, rewards, scheduler } from '@referrals/contracts';
import { CAMPAIGNS, type Plan } from './plan.js';
import { RING } from './ring.js';

/** What operators set up before the first sign-up. */
export async function prepare(client: ReferralsClient, { referrers }: Plan): Promise<void> {
  for (const code of CAMPAIGNS) {
    await client.call(codes.create, { userId: 'marketing', type: 'campaign', code, maxUses: 500, metadata: { channel: code.toLowerCase() } });
  }
  await client.call(codes.create, { userId: referrers[0]!, type: 'custom', code: 'HELLO-FRIENDS' });
  await client.call(fraud.createPattern, { patternType: 'email_domain', patternValue: 'throwaway.example', severity: 'high', scoreImpact: 40, description: 'Mailboxes that live for an hour' });
  await client.call(fraud.createPattern, { patternType: 'ip_range', patternValue: '192.0.2.0/24', severity: 'medium', scoreImpact: 25, description: 'A network of bots, seen in spring' });
  await client.call(fraud.createPattern, { patternType: 'device_pattern', patternValue: '^emulator-', severity: 'critical', scoreImpact: 60, description: 'Emulated devices' });
  await client.call(apiKeys.create, { scope: 'service', label: 'Sign-up backend' });
  await client.call(apiKeys.create, { scope: 'service', label: 'Billing' });
  await client.call(apiKeys.create, { scope: 'publishable', label: 'Web app', origins: ['https://app.example.com'] });
}

/** The programme's second version: a warmer welcome. */
export async function changeProgramme(client: ReferralsClient): Promise<void> {
  const { version, programme } = await client.call(scheduler.getProgramme, {});
  const bonuses = programme['bonuses'] as Record<string, object>;
  await client.call(scheduler.putProgramme, { baseVersion: version, programme: { ...programme, bonuses: { ...bonuses, registered: { referrer: 5, referee: 30 } } } });
}

/** Reviewers at work: what looks like a household is approved, some is escalated, and the ring's reviews are left to whoever looks. */
export async function decideSome(client: ReferralsClient): Promise<void> {
  const { data } = await client.call(fraud.listReviews, { status: 'pending', limit: 100 });
  const mine = data.filter(({ referrerId }) => !RING.includes(referrerId));
  const every = (of: number, rest: number): string[] => mine.filter((_, n) => n % of === rest).map(({ id }) => id);
  const [approved, escalated] = [every(3, 0), every(6, 1)];
  if (approved.length > 0) await client.call(fraud.decideReviews, { ids: approved, decision: 'approve', notes: 'Flatmates; the payment is genuine.' });
  if (escalated.length > 0) await client.call(fraud.decideReviews, { ids: escalated, decision: 'escalate', notes: 'Second look, please.' });
}

/** Towards the end: an endpoint for webhooks, spent credits, days that support gave. */
export async function finish(client: ReferralsClient, { referrers }: Plan, webhookUrl: string | null): Promise<void> {
  if (webhookUrl !== null) {
    const events = ['review.opened', 'bonus.released', 'tier.changed', 'referral.qualified', 'bonus.clawed_back'];
    await client.call(notifications.createEndpoint, { url: webhookUrl, events });
  }
  for (const userId of referrers.slice(0, 4)) {
    const { balances } = await client.call(rewards.getBalances, { userId });
    const credits = balances.find(({ unit }) => unit === 'credits')?.available ?? 0;
    if (credits >= 40) await client.call(rewards.redeem, { userId, id: `spent-${userId}`, unit: 'credits', amount: 40, reason: 'A month of storage' });
  }
  const { data: [ring] } = await client.call(fraud.listReviews, { status: 'pending', limit: 1 });
  if (ring) await client.call(fraud.assignReview, { id: ring.id, assignee: 'Mara' });
  await client.call(access.grantAccess, { userId: referrers[1]!, id: 'support-1', days: 14, reason: 'After the outage' });
}
