import { ActionIcon, Container, Grid, Group, SimpleGrid, Stack, Text, Title, Tooltip } from '@mantine/core';
import { insights, me } from '@referrals/contracts';
import type { Reply } from '@referrals/contracts';
import { IconLogout } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useApi, useClient } from '../shared/api';
import { useFormat } from '../shared/format';
import { Figure } from '../shared/parts';
import { Preferences } from '../shared/preferences';
import { Loaded } from '../shared/states';
import { AccessCard } from './access-card';
import { Activity } from './activity';
import { Leaderboard } from './leaderboard';
import { Pending } from './pending';
import { ShareCard } from './share-card';
import { TierCard } from './tier-card';

export type Stats = Reply<typeof insights.userStats>;

/** What a referrer sees: the code first, then what it has brought. */
export function Home() {
  const { t } = useTranslation();
  const { signOut } = useClient();
  const stats = useApi(me.stats, {}, { every: 30_000 });
  return (
    <Container size="lg" py="lg" component="main">
      <Stack gap="lg">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div><Title order={1} size="h2">{t('portal.title')}</Title><Text c="dimmed">{t('portal.welcome')}</Text></div>
          <Group gap={4} wrap="nowrap"><Preferences /><Tooltip label={t('signin.out')}><ActionIcon variant="subtle" color="gray" size="lg" onClick={signOut} aria-label={t('signin.out')}><IconLogout size={20} /></ActionIcon></Tooltip></Group>
        </Group>
        <Grid>
          <Grid.Col span={{ base: 12, md: 7 }}><ShareCard /></Grid.Col>
          <Grid.Col span={{ base: 12, md: 5 }}><Loaded query={stats}>{(data) => <TierCard stats={data} />}</Loaded></Grid.Col>
        </Grid>
        <Loaded query={stats}>{(data) => <Figures stats={data} />}</Loaded>
        <Grid>
          <Grid.Col span={{ base: 12, md: 7 }}><Pending /></Grid.Col>
          <Grid.Col span={{ base: 12, md: 5 }}><AccessCard /></Grid.Col>
          <Grid.Col span={{ base: 12, md: 6 }}><Loaded query={stats}>{(data) => <Activity stats={data} />}</Loaded></Grid.Col>
          <Grid.Col span={{ base: 12, md: 6 }}><Leaderboard /></Grid.Col>
        </Grid>
      </Stack>
    </Container>
  );
}

function Figures({ stats: { invited, active, paid, credits, cashback } }: { stats: Stats }) {
  const { t } = useTranslation();
  const format = useFormat();
  const money = cashback.filter(({ earned }) => earned > 0).map(({ currency, earned }) => format.amount(earned, currency)).join(' + ');
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }}>
      <Figure label={t('portal.invited')} value={format.number(invited)} />
      <Figure label={t('portal.active')} value={format.number(active)} />
      <Figure label={t('portal.paying')} value={format.number(paid)} />
      <Figure label={t('portal.earned')} value={format.amount(credits.earned, 'credits')} {...(money !== '' && { hint: `+ ${money}` })} />
    </SimpleGrid>
  );
}
