import { SegmentedControl, Table } from '@mantine/core';
import { me } from '@referrals/contracts';
import { IconTrophy } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../shared/api';
import { useFormat } from '../shared/format';
import { Panel } from '../shared/parts';
import { Empty, Loaded } from '../shared/states';

/** The best referrers; others by their shortened names alone. */
export function Leaderboard() {
  const { t } = useTranslation();
  const format = useFormat();
  const [period, setPeriod] = useState<'month' | 'all'>('month');
  const leaderboard = useApi(me.leaderboard, { period, limit: 10 });
  const periods = [{ value: 'month', label: t('portal.month') }, { value: 'all', label: t('portal.alltime') }];
  return (
    <Panel title={t('portal.leaderboard')} actions={<SegmentedControl size="xs" aria-label={t('portal.leaderboard')} data={periods} value={period} onChange={(value) => setPeriod(value as 'month')} />}>
      <Loaded query={leaderboard}>
        {({ data }) => data.length === 0 ? <Empty icon={IconTrophy} title={t('portal.leaderboard.none')} hint={t('portal.leaderboard.none.hint')} /> : (
          <Table>
            <Table.Thead><Table.Tr><Table.Th>{t('portal.rank')}</Table.Th><Table.Th>{t('portal.name')}</Table.Th><Table.Th ta="right">{t('portal.friends')}</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>
              {data.map(({ userId, name, qualified }, n) => (
                <Table.Tr key={n} className={userId === null ? '' : 'row-selected'} fw={userId === null ? 400 : 700}>
                  <Table.Td className="figure">{n + 1}</Table.Td><Table.Td>{name ?? t('portal.somebody')}{userId !== null && ` (${t('portal.you')})`}</Table.Td><Table.Td ta="right" className="figure">{format.number(qualified)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Loaded>
    </Panel>
  );
}
