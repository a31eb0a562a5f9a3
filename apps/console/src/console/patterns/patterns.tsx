import { ActionIcon, Button, Group, Switch, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { fraud } from '@referrals/contracts';
import { IconPlus, IconRadar2, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct, usePages } from '../../shared/api';
import { Page, Panel, Status } from '../../shared/parts';
import { Rows } from '../../shared/rows';
import { Empty } from '../../shared/states';
import { NewPattern } from './new-pattern';

export default function Patterns() {
  const { t } = useTranslation();
  const [isMaking, setMaking] = useState(false);
  const pages = usePages(fraud.listPatterns, { limit: 25 });
  const change = useAct(fraud.updatePattern, { done: t('pattern.changed') });
  const remove = useAct(fraud.deletePattern, { done: t('pattern.deleted') });
  const ask = (id: string, value: string): void => void modals.openConfirmModal({
    title: t('pattern.delete'), children: <Text size="sm" className="wide">{value}</Text>, labels: { confirm: t('delete'), cancel: t('cancel') }, confirmProps: { color: 'red.9' }, onConfirm: () => remove.mutate({ id }),
  });
  return (
    <Page title={t('nav.patterns')} hint={t('pattern.hint')} actions={<Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>{t('pattern.new')}</Button>}>
      <Panel>
        <Rows label={t('nav.patterns')} pages={pages} idOf={({ id }) => id} empty={<Empty icon={IconRadar2} title={t('pattern.none')} hint={t('pattern.none.hint')} />} columns={[
          { head: t('pattern.value'), cell: ({ patternValue, patternType, description }) => <><Text size="sm" className="mono wide">{patternValue}</Text><Text size="xs" c="dimmed">{t(`pattern.type.${patternType}`)}{description !== null && ` · ${description}`}</Text></> },
          { head: t('pattern.severity'), wide: true, cell: ({ severity }) => <Status word={severity} /> },
          { head: t('pattern.impact'), right: true, cell: ({ scoreImpact }) => `+${scoreImpact}` },
          { head: t('pattern.active'), right: true, cell: ({ id, isActive, patternValue }) => (
            <Group gap="xs" justify="flex-end" wrap="nowrap">
              <Switch checked={isActive} onChange={() => change.mutate({ id, isActive: !isActive })} aria-label={t('pattern.switch', { value: patternValue })} />
              <ActionIcon variant="subtle" color="gray" onClick={() => ask(id, patternValue)} aria-label={t('pattern.delete')}><IconTrash size={16} /></ActionIcon>
            </Group>
          ) },
        ]} />
      </Panel>
      <NewPattern isOpen={isMaking} onClose={() => setMaking(false)} />
    </Page>
  );
}
