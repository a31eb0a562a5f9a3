import { Button, SegmentedControl } from '@mantine/core';
import { codes } from '@referrals/contracts';
import { IconPlus, IconTicket } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePages } from '../../shared/api';
import { Page, Panel } from '../../shared/parts';
import { Empty } from '../../shared/states';
import { CodeTable } from './code-table';
import { NewCampaign } from './new-campaign';

/** Campaigns, and what users chose themselves. Everybody's automatic code is on the user's own page. */
export default function CodesPage() {
  const { t } = useTranslation();
  const [type, setType] = useState<'campaign' | 'custom'>('campaign');
  const [isMaking, setMaking] = useState(false);
  const pages = usePages(codes.search, { type, limit: 25 });
  const make = <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>{t('code.new')}</Button>;
  return (
    <Page title={t('nav.codes')} hint={t('code.hint')} actions={make}>
      <Panel title={t(`code.list.${type}`)} actions={<SegmentedControl size="xs" aria-label={t('code.kind')} value={type} onChange={(value) => setType(value)} data={(['campaign', 'custom'] as const).map((value) => ({ value, label: t(`code.list.${value}`) }))} />}>
        <CodeTable pages={pages} withOwner empty={<Empty icon={IconTicket} title={t('code.none')} hint={t('code.none.hint')} />} />
      </Panel>
      <NewCampaign isOpen={isMaking} onClose={() => setMaking(false)} />
    </Page>
  );
}
