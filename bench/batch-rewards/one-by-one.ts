import { defineEntity, p } from '@mikro-orm/core';
import { batchReward, type BatchReferral, type SubscriptionStatus } from '@referrals/domain';
import type { Database } from '@referrals/persistence';

const Referral = defineEntity({
  name: 'Referral', tableName: 'referral',
  properties: { id: p.uuid().primary(), referrerId: p.text(), refereeId: p.text(), registeredAt: p.datetime(), ipGroup: p.text().nullable(), isSharedIp: p.boolean(), isRejected: p.boolean() },
});
const UserFact = defineEntity({
  name: 'UserFact', tableName: 'user_fact',
  properties: { userId: p.text().primary(), isActive: p.boolean(), isVerified: p.boolean(), createdAt: p.datetime().nullable(), firstSeenAt: p.datetime() },
});
const Subscription = defineEntity({
  name: 'Subscription', tableName: 'subscription',
  properties: {
    userId: p.text().primary(), source: p.text().primary(), plan: p.text().nullable(), status: p.text().$type<SubscriptionStatus>(), startedAt: p.datetime(),
    expiresAt: p.datetime().nullable(), occurredAt: p.datetime(),
  },
});
const BatchReward = defineEntity({
  name: 'BatchReward', tableName: 'batch_reward',
  properties: {
    userId: p.text().primary(), referredTotal: p.integer(), candidates: p.integer(), eligible: p.integer(), cooldown: p.integer(), missingIp: p.integer(),
    sharedIp: p.integer(), duplicateIp: p.integer(), cooldownDays: p.integer(), slots: p.integer(), badge: p.text().nullable(), computedAt: p.datetime(),
  },
});
export const ENTITIES = [Referral, UserFact, Subscription, BatchReward];

/**
 * One referrer as it is commonly written: a transaction that loads the referrals and what is known of each referee through the ORM, decides with the
 * domain, and saves what changed.
 */
export async function recomputeThroughOrm(db: Database, userId: string): Promise<void> {
  const { batchRewards: rules, freePlans } = await db.programme();
  await db.em().transactional(async (em) => {
    const now = await db.now();
    const judged: BatchReferral[] = [];
    for (const referral of await em.find(Referral, { referrerId: userId })) {
      const user = await em.findOne(UserFact, { userId: referral.refereeId });
      const [subscription] = await em.find(Subscription, { userId: referral.refereeId }, { orderBy: { occurredAt: 'desc' } });
      const { id: referralId, registeredAt, ipGroup = null, isSharedIp, isRejected } = referral;
      judged.push({
        referralId, registeredAt, ipGroup, isSharedIp, isRejected, subscription: subscription ? { ...subscription, plan: subscription.plan ?? null, expiresAt: subscription.expiresAt ?? null } : null,
        account: user && { isActive: user.isActive, isVerified: user.isVerified, since: user.createdAt ?? user.firstSeenAt },
      });
    }
    const { disqualified, ...reward } = batchReward(judged, rules, freePlans, now);
    const stored = await em.findOneOrFail(BatchReward, { userId });
    em.assign(stored, { ...reward, ...disqualified });
  });
}
