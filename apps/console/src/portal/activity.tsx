import { Group, Stack, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../shared/format';
import { Panel } from '../shared/parts';
import { Empty } from '../shared/states';
import type { Stats } from './home';

/** What friends did lately, by their shortened names. */
export function Activity({ stats: { recentActivity } }: { stats: Stats }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Panel title={t('portal.activity')}>
      {recentActivity.length === 0 ? <Empty icon={IconUsers} title={t('portal.activity.none')} hint={t('portal.activity.none.hint')} /> : (
        <Stack gap="sm">
          {recentActivity.slice(0, 10).map(({ at, event, name, appId }, n) => (
            <Group key={n} justify="space-between" wrap="nowrap" align="flex-start">
              <div><Text size="sm">{t(`portal.activity.${event}`, { name: name ?? t('portal.somebody') })}</Text>{appId !== null && <Text size="xs" c="dimmed">{appId}</Text>}</div>
              <Text size="xs" c="dimmed" miw={80} ta="right">{format.ago(at)}</Text>
            </Group>
          ))}
        </Stack>
      )}
    </Panel>
  );
}
