import { Group, Progress as Bar, SimpleGrid, Stack, Text } from '@mantine/core';
import { batchRewards, insights } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../shared/api';
import { useFormat } from '../../shared/format';
import { Facts, Panel } from '../../shared/parts';
import { Loaded } from '../../shared/states';

/** Tier, cashback level and what the user has brought so far. */
export function Progress({ userId }: { userId: string }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const stats = useApi(insights.userStats, { userId });
  const batch = useApi(batchRewards.getBatchReward, { userId });
  const nameOf = (tier: string): string => (i18n.exists(`tier.${tier}`) ? t(`tier.${tier}`) : tier);
  return (
    <Loaded query={stats}>
      {({ tier, level, invited, active, paid, byStage, lastActivityAt }) => (
        <SimpleGrid cols={{ base: 1, md: 3 }}>
          <Panel title={t('user.tier')}>
            <Stack gap="xs">
              <Group justify="space-between"><Text fw={700} size="lg">{nameOf(tier.tier)}</Text><Text className="figure">{format.factor(tier.multiplier)}</Text></Group>
              <Bar value={tier.progress * 100} size="lg" aria-label={t('user.tier')} />
              <Text size="sm" c="dimmed">{tier.nextTier === null ? t('tier.top') : t('tier.next', { count: tier.nextTierAt! - tier.qualifiedCount, tier: nameOf(tier.nextTier) })}</Text>
              <Text size="sm" c="dimmed">{t('portal.cashback.rate', { rate: format.percent(level.rate / 10_000) })}</Text>
            </Stack>
          </Panel>
          <Panel title={t('user.brought')}>
            <Facts rows={[
              [t('portal.invited'), format.number(invited)], [t('portal.active'), format.number(active)], [t('status.qualified'), format.number(byStage.qualified)],
              [t('status.retained'), format.number(byStage.retained)], [t('portal.paying'), format.number(paid)], [t('user.last'), lastActivityAt === null ? t('never') : format.ago(lastActivityAt)],
            ]} />
          </Panel>
          <Panel title={t('user.batch')}>
            <Loaded query={batch}>
              {({ eligible, candidates, slots, badge, computedAt, disqualified }) => (
                <Facts rows={[
                  [t('user.slots'), format.number(slots)], [t('user.badge'), badge ?? t('none')], [t('user.eligible'), `${format.number(eligible)} / ${format.number(candidates)}`],
                  [t('user.disqualified'), format.number(Object.values(disqualified).reduce((sum, count) => sum + count, 0))], [t('user.computed'), computedAt === null ? t('never') : format.ago(computedAt)],
                ]} />
              )}
            </Loaded>
          </Panel>
        </SimpleGrid>
      )}
    </Loaded>
  );
}
