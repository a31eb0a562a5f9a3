import { ActionIcon, Badge, Button, Group, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { apiKeys } from '@referrals/contracts';
import { IconKey, IconPlus, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct, usePages } from '../../shared/api';
import { Page, Panel, When } from '../../shared/parts';
import { Rows } from '../../shared/rows';
import { Empty } from '../../shared/states';
import { NewKey } from './new-key';
import { RotateKey } from './rotate-key';

export default function Keys() {
  const { t } = useTranslation();
  const [isMaking, setMaking] = useState(false);
  const [rotated, setRotated] = useState<{ id: string; label: string } | null>(null);
  const pages = usePages(apiKeys.list, { limit: 25 });
  const revoke = useAct(apiKeys.revoke, { done: t('key.revoked') });
  const ask = (id: string, label: string): void => void modals.openConfirmModal({
    title: t('key.revoke'), children: <Text size="sm">{t('key.revoke.means', { label })}</Text>, labels: { confirm: t('key.revoke'), cancel: t('cancel') }, confirmProps: { color: 'red.9' }, onConfirm: () => revoke.mutate({ id }),
  });
  return (
    <Page title={t('nav.keys')} hint={t('key.hint')} actions={<Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>{t('key.new')}</Button>}>
      <Panel>
        <Rows label={t('nav.keys')} pages={pages} idOf={({ id }) => id} empty={<Empty icon={IconKey} title={t('key.none')} hint={t('key.none.hint')} />} columns={[
          { head: t('key.label'), cell: ({ label, origins }) => <><Text size="sm" fw={500}>{label ?? t('key.unnamed')}</Text>{origins.length > 0 && <Text size="xs" c="dimmed" className="wide">{origins.join(', ')}</Text>}</> },
          { head: t('key.scope'), cell: ({ scope }) => <Badge variant="default" tt="none">{scope}</Badge> },
          { head: t('key.created'), wide: true, cell: ({ createdAt }) => <When at={createdAt} /> },
          { head: t('key.used'), wide: true, cell: ({ lastUsedAt }) => (lastUsedAt === null ? t('never') : <When at={lastUsedAt} ago />) },
          { head: t('code.expires'), wide: true, cell: ({ expiresAt }) => (expiresAt === null ? t('never') : <When at={expiresAt} />) },
          { head: t('code.actions'), right: true, cell: ({ id, label }) => (
            <Group gap={4} justify="flex-end" wrap="nowrap">
              <ActionIcon variant="subtle" color="gray" onClick={() => setRotated({ id, label: label ?? id })} aria-label={`${t('key.rotate')} ${label ?? id}`}><IconRefresh size={16} /></ActionIcon>
              <ActionIcon variant="subtle" color="gray" onClick={() => ask(id, label ?? id)} aria-label={`${t('key.revoke')} ${label ?? id}`}><IconTrash size={16} /></ActionIcon>
            </Group>
          ) },
        ]} />
      </Panel>
      {rotated && <RotateKey {...rotated} onClose={() => setRotated(null)} />}
      <NewKey isOpen={isMaking} onClose={() => setMaking(false)} />
    </Page>
  );
}
