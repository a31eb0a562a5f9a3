import { ActionIcon, Group, Switch, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@referrals/contracts';
import { IconTrash, IconWebhook } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useAct, usePages } from '../../shared/api';
import { Panel, When } from '../../shared/parts';
import { Rows } from '../../shared/rows';
import { Empty } from '../../shared/states';

export function Endpoints() {
  const { t } = useTranslation();
  const pages = usePages(notifications.listEndpoints, { limit: 25 });
  const change = useAct(notifications.updateEndpoint, { done: t('webhook.changed') });
  const remove = useAct(notifications.deleteEndpoint, { done: t('webhook.deleted') });
  const ask = (id: string, url: string): void => void modals.openConfirmModal({
    title: t('webhook.delete'), children: <Text size="sm" className="wide">{url}</Text>, labels: { confirm: t('delete'), cancel: t('cancel') }, confirmProps: { color: 'red.9' }, onConfirm: () => remove.mutate({ id }),
  });
  return (
    <Panel title={t('webhook.endpoints')}>
      <Rows label={t('webhook.endpoints')} pages={pages} idOf={({ id }) => id} empty={<Empty icon={IconWebhook} title={t('webhook.endpoints.none')} hint={t('webhook.endpoints.none.hint')} />} columns={[
        { head: t('webhook.url'), cell: ({ url, events, disabledReason }) => <><Text size="sm" className="mono wide">{url}</Text><Text size="xs" c="dimmed">{events === null ? t('webhook.allEvents') : events.join(', ')}{disabledReason !== null && ` · ${disabledReason}`}</Text></> },
        { head: t('key.created'), wide: true, cell: ({ createdAt }) => <When at={createdAt} /> },
        { head: t('pattern.active'), right: true, cell: ({ id, isActive, url }) => (
          <Group gap="xs" justify="flex-end" wrap="nowrap">
            <Switch checked={isActive} onChange={() => change.mutate({ id, isActive: !isActive })} aria-label={t('webhook.switch', { url })} />
            <ActionIcon variant="subtle" color="gray" onClick={() => ask(id, url)} aria-label={t('webhook.delete')}><IconTrash size={16} /></ActionIcon>
          </Group>
        ) },
      ]} />
    </Panel>
  );
}
