import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { deadLetters } from '@referrals/contracts';
import { IconMailCheck, IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useAct, usePages } from '../../shared/api';
import { Json, Page, Panel, When } from '../../shared/parts';
import { Rows } from '../../shared/rows';
import { Empty } from '../../shared/states';

/** Messages that failed again and again, and another try. */
export default function DeadLetters() {
  const { t } = useTranslation();
  const pages = usePages(deadLetters.list, { limit: 25 });
  const redrive = useAct(deadLetters.redrive, {
    after: ({ outcome, error }) => notifications.show({ message: outcome === 'applied' ? t('dead.applied') : `${t('dead.failed')}: ${error ?? ''}`, color: outcome === 'applied' ? 'teal' : 'red' }),
  });
  return (
    <Page title={t('nav.deadletters')} hint={t('dead.hint')}>
      <Panel>
        <Rows label={t('nav.deadletters')} pages={pages} idOf={({ id, room }) => `${id}${room}`} empty={<Empty icon={IconMailCheck} title={t('dead.none')} hint={t('dead.none.hint')} />} columns={[
          { head: t('webhook.event'), cell: ({ type, room, event }) => <><Text size="sm" className="mono">{type}</Text><Text size="xs" c="dimmed">{room}</Text><details><Text component="summary" size="xs">{t('dead.show')}</Text><Json value={event} /></details></> },
          { head: t('dead.error'), cell: ({ error }) => <Text size="sm" className="wide">{error}</Text> },
          { head: t('webhook.attempts'), right: true, wide: true, cell: ({ attempts }) => attempts },
          { head: t('bonus.when'), wide: true, cell: ({ createdAt, redrivenAt }) => <><When at={createdAt} />{redrivenAt !== null && <Text size="xs" c="dimmed">{t('dead.redriven')} <When at={redrivenAt} ago /></Text>}</> },
          { head: t('code.actions'), right: true, cell: ({ id, type }) => <Button size="compact-sm" variant="default" leftSection={<IconRefresh size={14} />} loading={redrive.isPending && redrive.variables?.id === id} onClick={() => redrive.mutate({ id })} aria-label={`${t('dead.redrive')} ${type}`}>{t('dead.redrive')}</Button> },
        ]} />
      </Panel>
    </Page>
  );
}
