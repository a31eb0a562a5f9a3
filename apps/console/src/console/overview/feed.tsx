import { Group, ScrollArea, Stack, Text } from '@mantine/core';
import { eventLog } from '@referrals/contracts';
import { IconActivity } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../shared/api';
import { useFormat } from '../../shared/format';
import { Panel, When } from '../../shared/parts';
import { Empty, Loaded } from '../../shared/states';

const EVERY_MS = 3_000;

/** The newest events of all rooms. Asked for again every few seconds: that survives every restart, and a list needs no connection held open. */
export function Feed() {
  const { t } = useTranslation();
  const format = useFormat();
  const events = useApi(eventLog.list, { limit: 40 }, { every: EVERY_MS });
  const told = (data: Record<string, unknown>): string => {
    const word = (name: string): string | null => (typeof data[name] === 'string' ? data[name] : null);
    const amount = typeof data['amount'] === 'number' ? format.amount(data['amount'], word('unit') ?? word('currency') ?? 'credits') : null;
    return [word('userId') ?? word('refereeId'), amount, word('event'), word('tier')].filter((part) => part !== null).join(' · ');
  };
  return (
    <Panel title={t('overview.live')} hint={t('overview.live.hint')}>
      <Loaded query={events}>
        {({ data }) => data.length === 0 ? <Empty icon={IconActivity} title={t('overview.live.none')} hint={t('overview.live.none.hint')} /> : (
          <ScrollArea h={360} type="auto" viewportProps={{ tabIndex: 0, role: 'log', 'aria-label': t('overview.live') }}>
            <Stack gap={8}>
              {data.map(({ id, type, data: facts, occurredAt }) => (
                <Group key={id} justify="space-between" wrap="nowrap" gap="sm" align="flex-start">
                  <div><Text size="sm" className="mono">{type}</Text><Text size="xs" c="dimmed" className="wide">{told(facts)}</Text></div>
                  <Text size="xs" c="dimmed" component="div" ta="right" miw={90}><When at={occurredAt} ago /></Text>
                </Group>
              ))}
            </Stack>
          </ScrollArea>
        )}
      </Loaded>
    </Panel>
  );
}
