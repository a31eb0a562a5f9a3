import { Group, Stack, Text } from '@mantine/core';
import type { insights, Reply } from '@referrals/contracts';
import { IconChecks } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format';
import { Panel } from '../../shared/parts';
import { Empty } from '../../shared/states';

type Row = Reply<typeof insights.overview>['liability'][number];

/** What is held, by the day on which it will be paid if nobody does anything. */
export function Liability({ rows }: { rows: Row[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const days = Map.groupBy(rows, ({ releaseDate }) => releaseDate ?? '');
  const order = [...days.keys()].sort((a, b) => (a === '' ? -1 : b === '' ? 1 : a.localeCompare(b)));
  return (
    <Panel title={t('overview.liability')} hint={t('overview.liability.hint')}>
      {rows.length === 0 && <Empty icon={IconChecks} title={t('overview.liability.none')} hint={t('overview.liability.none.hint')} />}
      <Stack gap="sm">
        {order.slice(0, 8).map((day) => (
          <Group key={day} justify="space-between" align="flex-start" wrap="nowrap">
            <div>
              <Text size="sm" fw={500}>{day === '' ? t('overview.liability.person') : format.day(day)}</Text>
              <Text size="xs" c="dimmed">{t('overview.bonuses', { count: days.get(day)!.reduce((sum, { bonuses }) => sum + bonuses, 0) })}</Text>
            </div>
            <Stack gap={0} align="flex-end">
              {days.get(day)!.map(({ unit, amount }) => <Text key={unit} size="sm" className="figure">{format.amount(amount, unit)}</Text>)}
            </Stack>
          </Group>
        ))}
      </Stack>
    </Panel>
  );
}
