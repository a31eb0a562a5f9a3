import { Group, Stack, Text } from '@mantine/core';
import { me, type Bonus } from '@referrals/contracts';
import { IconHourglass } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { usePages } from '../shared/api';
import { useFormat } from '../shared/format';
import { Panel, Status } from '../shared/parts';
import { Empty, Failure, Loading } from '../shared/states';

/** What is held or not yet checked, and why. */
export function Pending() {
  const { t } = useTranslation();
  const held = usePages(me.bonuses, { status: 'held', limit: 20 });
  const pending = usePages(me.bonuses, { status: 'pending', limit: 20 });
  const bonuses = [...held.rows, ...pending.rows];
  const error = held.error ?? pending.error;
  return (
    <Panel title={t('portal.pending')} hint={t('portal.pending.hint')}>
      {held.isPending || pending.isPending ? <Loading /> : error ? <Failure error={error} retry={() => { held.retry(); pending.retry(); }} /> : bonuses.length === 0 ? <Empty icon={IconHourglass} title={t('portal.pending.none')} hint={t('portal.pending.none.hint')} /> : (
        <Stack gap="sm">{bonuses.map((bonus) => <Row key={bonus.id} bonus={bonus} />)}</Stack>
      )}
    </Panel>
  );
}

function Row({ bonus: { event, amount, unit, status, holdReason, holdUntil } }: { bonus: Bonus }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Group justify="space-between" wrap="nowrap" align="flex-start">
      <div>
        <Text size="sm" fw={500}>{t(`event.${event}`)}</Text>
        <Text size="xs" c="dimmed">{t(`hold.${holdReason ?? 'pending'}`)}{holdUntil !== null && ` · ${t('portal.until', { at: format.time(holdUntil) })}`}</Text>
      </div>
      <Stack gap={2} align="flex-end"><Text size="sm" fw={600} className="figure">{format.amount(amount, unit)}</Text><Status word={status} /></Stack>
    </Group>
  );
}
