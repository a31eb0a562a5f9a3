import { Alert, Button, Group, Modal, MultiSelect, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { HOST_EVENTS, notifications } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { useAct, useProblemText } from '../../shared/api';
import { ShownOnce } from '../keys/shown-once';

export function NewEndpoint({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const form = useForm({ initialValues: { url: '', events: [] as string[] }, validate: { url: (url) => (URL.canParse(url) ? null : t('webhook.url.invalid')) } });
  const create = useAct(notifications.createEndpoint, { quiet: true });
  const close = (): void => {
    form.reset();
    create.reset();
    onClose();
  };
  return (
    <Modal opened={isOpen} onClose={close} title={t('webhook.new')} closeButtonProps={{ 'aria-label': t('close') }}>
      {create.data ? <ShownOnce secret={create.data.secret} hint={t('webhook.secret')} onClose={close} /> : (
        <form onSubmit={form.onSubmit(({ url, events }) => create.mutate({ url, ...(events.length > 0 && { events }) }))}>
          <Stack>
            <TextInput label={t('webhook.url')} placeholder="https://example.com/hooks" data-autofocus {...form.getInputProps('url')} />
            <MultiSelect label={t('webhook.events')} placeholder={t('webhook.allEvents')} data={HOST_EVENTS.map(({ type }) => type)} searchable {...form.getInputProps('events')} />
            {create.error && <Alert color="red" variant="light" role="alert">{problemText(create.error)}</Alert>}
            <Group justify="flex-end"><Button variant="default" onClick={close}>{t('cancel')}</Button><Button type="submit" loading={create.isPending}>{t('create')}</Button></Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
