import { Anchor, SegmentedControl, Table, Text } from '@mantine/core';
import { insights } from '@referrals/contracts';
import { IconTrophy } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useApi } from '../../shared/api';
import { useFormat } from '../../shared/format';
import { Panel } from '../../shared/parts';
import { Empty, Loaded } from '../../shared/states';

export function TopReferrers() {
  const { t } = useTranslation();
  const format = useFormat();
  const [period, setPeriod] = useState<'month' | 'all'>('all');
  const leaderboard = useApi(insights.leaderboard, { period, limit: 10 });
  const periods = [{ value: 'month', label: t('portal.month') }, { value: 'all', label: t('portal.alltime') }];
  return (
    <Panel title={t('overview.top')} actions={<SegmentedControl size="xs" data={periods} value={period} onChange={(value) => setPeriod(value as 'month')} aria-label={t('overview.from')} />}>
      <Loaded query={leaderboard}>
        {({ data }) => data.length === 0 ? <Empty icon={IconTrophy} title={t('overview.top.none')} hint={t('overview.top.none.hint')} /> : (
          <Table>
            <Table.Thead><Table.Tr><Table.Th>{t('portal.name')}</Table.Th><Table.Th ta="right">{t('portal.friends')}</Table.Th><Table.Th ta="right">{t('unit.credits_other')}</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>
              {data.map(({ userId, name, qualified, credits }) => (
                <Table.Tr key={userId}>
                  <Table.Td>
                    <Anchor component={Link} to={`/users/${encodeURIComponent(userId)}`} size="sm">{name ?? userId}</Anchor>
                    {name !== null && <Text size="xs" c="dimmed" className="mono wide">{userId}</Text>}
                  </Table.Td>
                  <Table.Td ta="right" className="figure">{format.number(qualified)}</Table.Td>
                  <Table.Td ta="right" className="figure">{format.number(credits)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Loaded>
    </Panel>
  );
}
