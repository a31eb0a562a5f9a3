import { Group, Progress, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconMedal } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../shared/format';
import { Panel } from '../shared/parts';
import type { Stats } from './home';

export function TierCard({ stats: { tier, level } }: { stats: Stats }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const nameOf = (name: string): string => (i18n.exists(`tier.${name}`) ? t(`tier.${name}`) : name);
  return (
    <Panel title={t('portal.tier')}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap"><ThemeIcon size={44} radius="xl" variant="light" aria-hidden><IconMedal size={26} /></ThemeIcon><Text fw={700} size="xl">{nameOf(tier.tier)}</Text></Group>
          <Text fw={700} size="xl" className="figure">{format.factor(tier.multiplier)}</Text>
        </Group>
        <Progress value={tier.progress * 100} size="lg" aria-label={t('portal.tier')} />
        <Text size="sm" c="dimmed">{tier.nextTier === null ? t('tier.top') : t('tier.next', { count: tier.nextTierAt! - tier.qualifiedCount, tier: nameOf(tier.nextTier) })}</Text>
        <Text size="sm">{t('portal.cashback')}: <b>{t('portal.cashback.rate', { rate: format.percent(level.rate / 10_000) })}</b></Text>
        {level.referralsToNext !== null && <Text size="sm" c="dimmed">{t('portal.cashback.next', { count: level.referralsToNext })}</Text>}
      </Stack>
    </Panel>
  );
}
