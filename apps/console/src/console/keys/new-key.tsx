import { Alert, Button, Group, Modal, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import { useForm } from '@mantine/form';
import { apiKeys, type KeyScope } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { useAct, useProblemText } from '../../shared/api';
import { ShownOnce } from './shown-once';

interface Values {
  scope: KeyScope;
  label: string;
  expiresAt: string | null;
  origins: string[];
}
const SCOPES: KeyScope[] = ['service', 'publishable', 'admin'];

export function NewKey({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const form = useForm<Values>({ initialValues: { scope: 'service', label: '', expiresAt: null, origins: [] } });
  const create = useAct(apiKeys.create, { quiet: true });
  const close = (): void => {
    form.reset();
    create.reset();
    onClose();
  };
  const submit = ({ scope, label, expiresAt, origins }: Values): void =>
    create.mutate({ scope, ...(label !== '' && { label }), ...(expiresAt !== null && { expiresAt: new Date(expiresAt).toISOString() }), ...(scope === 'publishable' && origins.length > 0 && { origins }) });
  return (
    <Modal opened={isOpen} onClose={close} title={t('key.new')} closeButtonProps={{ 'aria-label': t('close') }}>
      {create.data ? <ShownOnce secret={create.data.key} hint={t('key.once')} onClose={close} /> : (
        <form onSubmit={form.onSubmit(submit)}>
          <Stack>
            <TextInput label={t('key.label')} maxLength={100} data-autofocus {...form.getInputProps('label')} />
            <Select label={t('key.scope')} data={SCOPES.map((value) => ({ value, label: t(`key.scope.${value}`) }))} allowDeselect={false} {...form.getInputProps('scope')} />
            {form.values.scope === 'publishable' && <TagsInput label={t('key.origins')} placeholder="https://app.example.com" {...form.getInputProps('origins')} />}
            <DateTimePicker label={t('code.expires')} clearable {...form.getInputProps('expiresAt')} clearButtonProps={{ 'aria-label': t('never') }} />
            {create.error && <Alert color="red" variant="light" role="alert">{problemText(create.error)}</Alert>}
            <Group justify="flex-end"><Button variant="default" onClick={close}>{t('cancel')}</Button><Button type="submit" loading={create.isPending}>{t('create')}</Button></Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
