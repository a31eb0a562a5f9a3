import { AreaChart, BarChart } from '@mantine/charts';
import { Group, Select, SimpleGrid, Text } from '@mantine/core';
import { DatePickerInput } from '@mantine/dates';
import { insights, scheduler } from '@referrals/contracts';
import dayjs from 'dayjs';
import 'dayjs/locale/de';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../shared/api';
import { useFormat } from '../../shared/format';
import { Panel } from '../../shared/parts';
import { Loaded } from '../../shared/states';

const COLORS = { registrations: 'brand.6', activations: 'cyan.7', qualifications: 'teal.7', retentions: 'grape.6' } as const;
type Range = [string | null, string | null];
const last = (days: number): Range => [dayjs().subtract(days - 1, 'day').format('YYYY-MM-DD'), dayjs().format('YYYY-MM-DD')];

/** The series by day, of all apps or one, over the days that are chosen. */
export function Daily() {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const [range, setRange] = useState<Range>(() => last(30));
  const [appId, setApp] = useState<string | null>(null);
  const programme = useApi(scheduler.getProgramme, {});
  const apps = (programme.data?.programme as { stages?: { trackableApps?: string[] } } | undefined)?.stages?.trackableApps ?? [];
  const [from, to] = range;
  const isWhole = from !== null && to !== null;
  const daily = useApi(insights.daily, { ...(isWhole && { from, to }), ...(appId !== null && { appId }) }, { enabled: isWhole, every: 30_000 });
  const presets = [7, 30, 90].map((days) => ({ value: last(days) as [string, string], label: t('overview.days', { count: days }) }));
  const series = (Object.keys(COLORS) as (keyof typeof COLORS)[]).map((name) => ({ name, label: t(`overview.${name}`), color: COLORS[name] }));
  const credits = [{ name: 'creditsPaid', label: t('overview.creditsPaid'), color: 'teal.7' }, { name: 'creditsHeld', label: t('overview.creditsHeld'), color: 'yellow.7' }];
  const chart = { h: 260, dataKey: 'day', withLegend: true, valueFormatter: format.number, yAxisProps: { width: 44, allowDecimals: false }, xAxisProps: { minTickGap: 24 }, legendProps: { verticalAlign: 'bottom' as const } };
  return (
    <Panel title={t('overview.daily')} actions={
      <Group gap="sm">
        <Select aria-label={t('overview.app')} placeholder={t('overview.apps')} data={apps} value={appId} onChange={setApp} clearable searchable w={150} clearButtonProps={{ 'aria-label': t('overview.apps') }} />
        <DatePickerInput type="range" placeholder={t('overview.from')} value={range} onChange={setRange} presets={presets} locale={i18n.language} valueFormat="D MMM" w={190} />
      </Group>
    }>
      <Loaded query={daily}>
        {({ data }) => {
          const days = data.map((row) => ({ ...row, day: format.day(row.date) }));
          return (
            <SimpleGrid cols={{ base: 1, lg: 2 }}>
              <AreaChart {...chart} data={days} series={series} curveType="monotone" withDots={false} fillOpacity={0.08} />
              <div>
                <BarChart {...chart} data={days} series={credits} type="stacked" />
                <Text size="xs" c="dimmed" ta="center">{t('overview.credits')}</Text>
              </div>
            </SimpleGrid>
          );
        }}
      </Loaded>
    </Panel>
  );
}
