import { Button, Tabs } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '../../shared/parts';
import { Deliveries } from './deliveries';
import { Endpoints } from './endpoints';
import { NewEndpoint } from './new-endpoint';

export default function Webhooks() {
  const { t } = useTranslation();
  const [isMaking, setMaking] = useState(false);
  return (
    <Page title={t('nav.webhooks')} hint={t('webhook.hint')} actions={<Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>{t('webhook.new')}</Button>}>
      <Tabs defaultValue="deliveries" keepMounted={false}>
        <Tabs.List mb="md"><Tabs.Tab value="deliveries">{t('webhook.deliveries')}</Tabs.Tab><Tabs.Tab value="endpoints">{t('webhook.endpoints')}</Tabs.Tab></Tabs.List>
        <Tabs.Panel value="deliveries"><Deliveries /></Tabs.Panel>
        <Tabs.Panel value="endpoints"><Endpoints /></Tabs.Panel>
      </Tabs>
      <NewEndpoint isOpen={isMaking} onClose={() => setMaking(false)} />
    </Page>
  );
}
