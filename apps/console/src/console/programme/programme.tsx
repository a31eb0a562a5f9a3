import { Tabs } from '@mantine/core';
import { scheduler } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../shared/api';
import { Page } from '../../shared/parts';
import { Loaded } from '../../shared/states';
import { ProgrammeForm } from './programme-form';
import { Versions } from './versions';

/** The numbers of the programme: those in force, to be changed, and those of every version there was, side by side. */
export default function ProgrammePage() {
  const { t } = useTranslation();
  const programme = useApi(scheduler.getProgramme, {});
  return (
    <Page title={t('nav.programme')} hint={t('programme.hint')}>
      <Tabs defaultValue="form" keepMounted={false}>
        <Tabs.List mb="md"><Tabs.Tab value="form">{t('programme.now')}</Tabs.Tab><Tabs.Tab value="versions">{t('programme.versions')}</Tabs.Tab></Tabs.List>
        <Tabs.Panel value="form"><Loaded query={programme}>{(inForce) => <ProgrammeForm key={inForce.version} inForce={inForce} />}</Loaded></Tabs.Panel>
        <Tabs.Panel value="versions"><Versions /></Tabs.Panel>
      </Tabs>
    </Page>
  );
}
