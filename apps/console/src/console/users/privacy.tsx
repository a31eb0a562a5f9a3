import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { scheduler } from '@referrals/contracts';
import { IconDownload, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct, useClient, useProblemText } from '../../shared/api';
import { Facts, Panel, Status } from '../../shared/parts';

/** Everything known of a user as a file, and the user's erasure in every room. */
export function Privacy({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const { client } = useClient();
  const problemText = useProblemText();
  const [typed, setTyped] = useState('');
  const erase = useAct(scheduler.eraseUser, { done: t('user.erase.done') });
  const download = async (): Promise<void> => {
    try {
      const url = URL.createObjectURL(new Blob([JSON.stringify(await client.call(scheduler.exportUser, { userId }), null, 2)], { type: 'application/json' }));
      Object.assign(document.createElement('a'), { href: url, download: `${userId.replace(/[^\w.-]/g, '_')}.json` }).click();
      URL.revokeObjectURL(url);
    } catch (error) {
      notifications.show({ message: problemText(error as Error), color: 'red' });
    }
  };
  return (
    <Stack>
      <Panel title={t('user.export')} hint={t('user.export.hint')}>
        <Button variant="default" leftSection={<IconDownload size={16} />} onClick={() => void download()}>{t('user.export.do')}</Button>
      </Panel>
      <Panel title={t('user.erase')} hint={t('user.erase.hint')}>
        <Group align="flex-end">
          <TextInput label={t('user.erase.type', { userId })} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} flex={1} miw={220} />
          <Button color="red.9" leftSection={<IconTrash size={16} />} disabled={typed !== userId} loading={erase.isPending} onClick={() => erase.mutate({ userId })}>{t('user.erase.do')}</Button>
        </Group>
        {erase.data && <Stack mt="md" gap="xs"><Status word={erase.data.status} /><Facts rows={Object.entries(erase.data.rooms).map(([room, state]) => [room, <Text key={room} span size="sm">{state}</Text>])} /></Stack>}
      </Panel>
    </Stack>
  );
}
