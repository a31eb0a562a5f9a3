import { Button, Select, Text } from '@mantine/core';
import { notifications, type WebhookDelivery } from '@referrals/contracts';
import { IconRefresh, IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct, usePages } from '../../shared/api';
import { Panel, Status, When } from '../../shared/parts';
import { Rows } from '../../shared/rows';
import { Empty } from '../../shared/states';

const STATUSES = ['pending', 'delivered', 'failed'] as const;

/** What was sent to whom, and the way to send it again. */
export function Deliveries() {
  const { t } = useTranslation();
  const [status, setStatus] = useState<WebhookDelivery['status'] | null>(null);
  const pages = usePages(notifications.listDeliveries, { limit: 25, ...(status && { status }) }, { every: 5_000 });
  const resend = useAct(notifications.resend, { done: t('webhook.resent') });
  return (
    <Panel title={t('webhook.deliveries')} actions={<Select aria-label={t('bonus.status')} placeholder={t('all')} clearable value={status} onChange={setStatus} w={160} data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))} clearButtonProps={{ 'aria-label': t('all') }} />}>
      <Rows label={t('webhook.deliveries')} pages={pages} idOf={({ id }) => id} empty={<Empty icon={IconSend} title={t('webhook.none')} hint={t('webhook.none.hint')} />} columns={[
        { head: t('webhook.event'), cell: ({ type, eventId }) => <><Text size="sm" className="mono">{type}</Text><Text size="xs" c="dimmed" className="mono wide" visibleFrom="sm">{eventId}</Text></> },
        { head: t('bonus.status'), cell: ({ status: state, lastStatus, lastError }) => <><Status word={state} /><Text size="xs" c="dimmed">{[lastStatus, lastError].filter((part) => part !== null).join(' · ')}</Text></> },
        { head: t('webhook.attempts'), right: true, wide: true, cell: ({ attempts }) => attempts },
        { head: t('webhook.last'), wide: true, cell: ({ lastAttemptAt }) => <When at={lastAttemptAt} ago /> },
        { head: t('code.actions'), right: true, cell: ({ id, type }) => <Button size="compact-sm" variant="default" leftSection={<IconRefresh size={14} />} loading={resend.isPending && resend.variables?.id === id} onClick={() => resend.mutate({ id })} aria-label={t('webhook.resend.of', { type })}>{t('webhook.resend')}</Button> },
      ]} />
    </Panel>
  );
}
