import { SimpleGrid, Text } from '@mantine/core';
import { audit } from '@referrals/contracts';
import { IconHistory } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { usePages } from '../../shared/api';
import { Json, Page, Panel, When } from '../../shared/parts';
import { Rows } from '../../shared/rows';
import { Empty } from '../../shared/states';

/** Who did what, with what was there before and after. */
export default function AuditLog() {
  const { t } = useTranslation();
  const pages = usePages(audit.list, { limit: 30 });
  return (
    <Page title={t('nav.audit')} hint={t('audit.hint')}>
      <Panel>
        <Rows label={t('nav.audit')} pages={pages} idOf={({ id }) => id} empty={<Empty icon={IconHistory} title={t('audit.none')} hint={t('audit.none.hint')} />} columns={[
          { head: t('bonus.when'), cell: ({ createdAt }) => <When at={createdAt} /> },
          { head: t('audit.what'), cell: ({ action, subject, room, before, after }) => (
            <>
              <Text size="sm" fw={500}>{action}</Text>
              <Text size="xs" c="dimmed" className="wide">{room} · <span className="mono">{subject}</span></Text>
              {(before !== null || after !== null) && <details><Text component="summary" size="xs">{t('audit.change')}</Text><SimpleGrid cols={{ base: 1, md: 2 }}><Json value={before} /><Json value={after} /></SimpleGrid></details>}
            </>
          ) },
          { head: t('audit.who'), wide: true, cell: ({ actor }) => <Text size="sm" className="mono wide">{actor}</Text> },
        ]} />
      </Panel>
    </Page>
  );
}
