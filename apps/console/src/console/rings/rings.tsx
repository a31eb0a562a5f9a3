import { Anchor, Button, Group, Switch, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { fraud, scheduler, type Ring } from '@referrals/contracts';
import { IconCirclesRelation, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAct, usePages } from '../../shared/api';
import { Page, Panel, When } from '../../shared/parts';
import { Rows } from '../../shared/rows';
import { Empty } from '../../shared/states';
import { Shared } from './shared';

/** Users tied by what they share, as the last search found them. */
export default function Rings() {
  const { t } = useTranslation();
  const [withoutHouseholds, setWithoutHouseholds] = useState(false);
  const [text, setText] = useState('');
  const [userId] = useDebouncedValue(text.trim(), 300);
  const pages = usePages(fraud.listRings, { limit: 25, ...(withoutHouseholds && { minDevices: 1 }), ...(userId !== '' && { userId }) });
  const search = useAct(scheduler.runJob, { done: t('ring.searched') });
  return (
    <Page title={t('nav.rings')} hint={t('ring.hint')} actions={
      <Button leftSection={<IconRefresh size={16} />} loading={search.isPending} onClick={() => search.mutate({ name: 'ring-detection' })}>{t('ring.search')}</Button>
    }>
      <Panel>
        <Group mb="md" align="flex-end">
          <TextInput label={t('ring.of')} value={text} onChange={(event) => setText(event.currentTarget.value)} maxLength={255} miw={220} />
          <Switch label={t('ring.devices.only')} checked={withoutHouseholds} onChange={(event) => setWithoutHouseholds(event.currentTarget.checked)} mb={6} />
        </Group>
        <Rows label={t('nav.rings')} pages={pages} idOf={({ id }) => id} empty={<Empty icon={IconCirclesRelation} title={t('ring.none')} hint={t('ring.none.hint')} />} columns={[
          { head: t('nav.users'), cell: (ring) => <Members ring={ring} /> },
          { head: t('ring.shared'), cell: ({ devices, addresses, evidence }) => <Shared devices={devices} addresses={addresses} evidence={evidence} /> },
          { head: t('user.referrals'), right: true, cell: ({ referrals }) => referrals },
          { head: t('ring.score'), right: true, wide: true, cell: ({ highestScore }) => highestScore ?? '–' },
          { head: t('ring.found'), wide: true, cell: ({ foundAt }) => <When at={foundAt} ago /> },
        ]} />
      </Panel>
    </Page>
  );
}

function Members({ ring: { size, users } }: { ring: Ring }) {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm" fw={500}>{t('ring.size', { count: size })}</Text>
      <Text size="xs" component="div" className="wide">
        {users.map((id, n) => <span key={id}>{n > 0 && ', '}<Anchor component={Link} to={`/users/${encodeURIComponent(id)}`} size="xs">{id}</Anchor></span>)}
        {size > users.length && ` ${t('ring.others', { count: size - users.length })}`}
      </Text>
    </>
  );
}
