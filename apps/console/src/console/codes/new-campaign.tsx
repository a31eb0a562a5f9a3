import { Alert, Button, Group, Modal, NumberInput, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import { useForm } from '@mantine/form';
import { codes } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { useAct, useProblemText } from '../../shared/api';

interface Values {
  code: string;
  userId: string;
  maxUses: number | '';
  dailyLimit: number | '';
  expiresAt: string | null;
}
const EMPTY: Values = { code: '', userId: 'marketing', maxUses: '', dailyLimit: '', expiresAt: null };

export function NewCampaign({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const required = (value: string): string | null => (value.trim() === '' ? t('signin.empty') : null);
  const form = useForm<Values>({ initialValues: EMPTY, validate: { code: (code) => (/^[A-Za-z0-9-]{3,20}$/.test(code.trim()) ? null : t('problem.invalid_format')), userId: required } });
  const close = (): void => {
    form.reset();
    create.reset();
    onClose();
  };
  const create = useAct(codes.create, { done: t('code.made'), after: () => close(), quiet: true });
  const submit = ({ code, userId, maxUses, dailyLimit, expiresAt }: Values): void =>
    create.mutate({
      type: 'campaign', code: code.trim(), userId: userId.trim(),
      ...(maxUses !== '' && { maxUses }), ...(dailyLimit !== '' && { dailyLimit }), ...(expiresAt !== null && { expiresAt: new Date(expiresAt).toISOString() }),
    });
  return (
    <Modal opened={isOpen} onClose={close} title={t('code.new')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          <TextInput label={t('code.code')} description={t('problem.invalid_format')} data-autofocus {...form.getInputProps('code')} />
          <TextInput label={t('code.owner')} description={t('code.owner.hint')} {...form.getInputProps('userId')} />
          <SimpleGrid cols={2}>
            <NumberInput label={t('code.maxUses')} min={1} {...form.getInputProps('maxUses')} />
            <NumberInput label={t('code.dailyLimit')} min={1} {...form.getInputProps('dailyLimit')} />
          </SimpleGrid>
          <DateTimePicker label={t('code.expires')} clearable {...form.getInputProps('expiresAt')} clearButtonProps={{ 'aria-label': t('never') }} />
          {create.error && <Alert color="red" variant="light" role="alert">{problemText(create.error)}</Alert>}
          <Group justify="flex-end"><Button variant="default" onClick={close}>{t('cancel')}</Button><Button type="submit" loading={create.isPending}>{t('create')}</Button></Group>
        </Stack>
      </form>
    </Modal>
  );
}
