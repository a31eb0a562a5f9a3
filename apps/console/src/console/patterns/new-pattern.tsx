import { Alert, Button, Group, Modal, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { fraud, type FraudPattern } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { useAct, useProblemText } from '../../shared/api';
import { useFormat } from '../../shared/format';

type Values = Pick<FraudPattern, 'patternType' | 'patternValue' | 'severity' | 'scoreImpact'> & { description: string };
const TYPES = ['email_domain', 'ip_range', 'device_pattern'] as const;
const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
const EXAMPLES = { email_domain: 'throwaway.example', ip_range: '192.0.2.0/24', device_pattern: '^emulator-' };

/** A new pattern, tried on recent sign-ups before it counts. */
export function NewPattern({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const problemText = useProblemText();
  const form = useForm<Values>({
    initialValues: { patternType: 'email_domain', patternValue: '', severity: 'medium', scoreImpact: 20, description: '' },
    validate: { patternValue: (value) => (value.trim() === '' ? t('signin.empty') : null) },
    onValuesChange: () => dryRun.reset(),
  });
  const close = (): void => {
    form.reset();
    create.reset();
    onClose();
  };
  const create = useAct(fraud.createPattern, { done: t('pattern.made'), after: () => close(), quiet: true });
  const dryRun = useAct(fraud.dryRunPattern, { quiet: true });
  const { patternType, patternValue } = form.values;
  const problem = create.error ?? dryRun.error;
  return (
    <Modal opened={isOpen} onClose={close} title={t('pattern.new')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form onSubmit={form.onSubmit(({ description, ...pattern }) => create.mutate({ ...pattern, ...(description !== '' && { description }) }))}>
        <Stack>
          <Select label={t('pattern.type')} data={TYPES.map((value) => ({ value, label: t(`pattern.type.${value}`) }))} allowDeselect={false} {...form.getInputProps('patternType')} />
          <TextInput label={t('pattern.value')} placeholder={EXAMPLES[patternType]} data-autofocus {...form.getInputProps('patternValue')} />
          <Group grow>
            <Select label={t('pattern.severity')} data={SEVERITIES.map((value) => ({ value, label: t(`status.${value}`) }))} allowDeselect={false} {...form.getInputProps('severity')} />
            <NumberInput label={t('pattern.impact')} min={1} max={100} {...form.getInputProps('scoreImpact')} />
          </Group>
          <TextInput label={t('pattern.description')} maxLength={500} {...form.getInputProps('description')} />
          {dryRun.data && <Alert color={dryRun.data.matched > 0 ? 'yellow' : 'teal'} variant="light" role="status">{t('pattern.dry.result', { matched: format.number(dryRun.data.matched), examined: format.number(dryRun.data.examined) })}</Alert>}
          {problem && <Alert color="red" variant="light" role="alert">{problemText(problem)}</Alert>}
          <Group justify="space-between">
            <Button variant="default" loading={dryRun.isPending} disabled={patternValue.trim() === ''} onClick={() => dryRun.mutate({ patternType, patternValue })}>{t('pattern.dry')}</Button>
            <Button type="submit" loading={create.isPending}>{t('create')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
