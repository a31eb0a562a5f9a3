import { Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';
import { Page } from '../../shared/parts';
import { AccessCard } from './access-card';
import { Balances } from './balances';
import { Bonuses } from './bonuses';
import { Codes } from './codes';
import { Ledger } from './ledger';
import { Notes } from './notes';
import { Privacy } from './privacy';
import { Progress } from './progress';
import { Referrals } from './referrals';

/** Everything about one user. */
export default function User() {
  const { t } = useTranslation();
  const { userId = '' } = useParams();
  // what is open stands in the address, so that one page can lead to it from another
  const [params, setParams] = useSearchParams();
  const tabs = [['bonuses', Bonuses], ['ledger', Ledger], ['referrals', Referrals], ['codes', Codes], ['access', AccessCard], ['notes', Notes], ['privacy', Privacy]] as const;
  return (
    <Page title={userId} hint={t('user.hint')}>
      <Balances userId={userId} />
      <Progress userId={userId} />
      <Tabs value={params.get('tab') ?? 'bonuses'} onChange={(tab) => setParams(tab === null || tab === 'bonuses' ? {} : { tab }, { replace: true })} keepMounted={false} key={userId}>
        <Tabs.List mb="md">{tabs.map(([name]) => <Tabs.Tab key={name} value={name}>{t(`user.${name}`)}</Tabs.Tab>)}</Tabs.List>
        {tabs.map(([name, Tab]) => <Tabs.Panel key={name} value={name}><Tab userId={userId} /></Tabs.Panel>)}
      </Tabs>
    </Page>
  );
}
