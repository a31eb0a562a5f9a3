import { Alert, Button, Card, Center, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { ProblemError } from '@referrals/client';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Preferences } from './preferences';
import type { Session } from './session';

interface Props {
  title: string;
  hint: string;
  keyLabel: string;
  /** operators say who they are */
  asksName?: boolean;
  /** asks for something that only a holder of the right key gets */
  check(key: string): Promise<unknown>;
  onDone(session: Session): void;
  children?: ReactNode;
}

export function SignIn({ title, hint, keyLabel, asksName, check, onDone }: Props) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<string | null>(null);
  const [isChecking, setChecking] = useState(false);
  const form = useForm({ initialValues: { key: '', name: '' }, validate: { key: (key) => (key.trim() === '' ? t('signin.empty') : null) } });
  const submit = async ({ key, name }: Session): Promise<void> => {
    setChecking(true);
    setProblem(null);
    try {
      await check(key.trim());
      onDone({ key: key.trim(), name: name.trim() });
    } catch (error) {
      const status = error instanceof ProblemError ? error.status : 0;
      setProblem(t(status === 401 ? 'signin.refused' : status === 403 ? 'signin.forbidden' : 'signin.away'));
    } finally {
      setChecking(false);
    }
  };
  return (
    <Center mih="100dvh" p="md" component="main">
      <Card withBorder padding="xl" w="100%" maw={420}>
        <form onSubmit={form.onSubmit((values) => void submit(values))}>
          <Stack>
            <Group justify="space-between" wrap="nowrap"><Title order={1} size="h3">{title}</Title><Group gap={4} wrap="nowrap"><Preferences /></Group></Group>
            <Text c="dimmed" size="sm">{hint}</Text>
            <PasswordInput label={keyLabel} autoComplete="off" data-autofocus {...form.getInputProps('key')} visibilityToggleButtonProps={{ 'aria-label': t('signin.show') }} />
            {asksName && <TextInput label={t('signin.name')} description={t('signin.name.hint')} autoComplete="nickname" {...form.getInputProps('name')} />}
            {problem !== null && <Alert color="red" variant="light" role="alert">{problem}</Alert>}
            <Button type="submit" loading={isChecking}>{t('signin.submit')}</Button>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
