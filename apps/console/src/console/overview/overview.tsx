import { Grid, SimpleGrid } from '@mantine/core';
import { insights } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../shared/api';
import { useFormat } from '../../shared/format';
import { Figure, Page } from '../../shared/parts';
import { Loaded } from '../../shared/states';
import { Daily } from './daily';
import { Feed } from './feed';
import { Funnel } from './funnel';
import { Liability } from './liability';
import { TopReferrers } from './top-referrers';

/** How the programme is doing, on one page. */
export default function Overview() {
  const { t } = useTranslation();
  const format = useFormat();
  const overview = useApi(insights.overview, {}, { every: 15_000 });
  return (
    <Page title={t('nav.overview')} hint={t('overview.hint')}>
      <Loaded query={overview}>
        {({ totals, funnel, liability }) => (
          <>
            <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
              <Figure label={t('overview.registrations')} value={format.number(totals.registrations)} />
              <Figure label={t('overview.creditsPaid')} value={format.number(totals.creditsPaid)} />
              <Figure label={t('overview.creditsHeld')} value={format.number(heldNow(liability))} hint={t('overview.liability')} />
              <Figure label={t('overview.blocked')} value={format.number(totals.fraudBlocked)} />
            </SimpleGrid>
            <Grid>
              <Grid.Col span={{ base: 12, md: 5 }}><Funnel funnel={funnel} /></Grid.Col>
              <Grid.Col span={{ base: 12, md: 7 }}><Liability rows={liability} /></Grid.Col>
            </Grid>
          </>
        )}
      </Loaded>
      <Daily />
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}><TopReferrers /></Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}><Feed /></Grid.Col>
      </Grid>
    </Page>
  );
}

const heldNow = (rows: { unit: string; amount: number }[]): number => rows.filter(({ unit }) => unit === 'credits').reduce((sum, { amount }) => sum + amount, 0);
