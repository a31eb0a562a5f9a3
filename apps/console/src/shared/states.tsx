import { Alert, Button, Center, Skeleton, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconInbox, IconPlugConnectedX } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ComponentType, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useProblemText } from './api';

/** Nothing there: what it means, and what to do about it. */
export function Empty({ title, hint, icon: Icon = IconInbox, children }: { title: string; hint?: string; icon?: ComponentType<{ size?: number }>; children?: ReactNode }) {
  return (
    <Center py="xl">
      <Stack align="center" gap="xs" maw={420} ta="center">
        <ThemeIcon variant="light" size={48} radius="xl" aria-hidden><Icon size={24} /></ThemeIcon>
        <Text fw={600}>{title}</Text>
        {hint !== undefined && <Text c="dimmed" size="sm">{hint}</Text>}
        {children}
      </Stack>
    </Center>
  );
}

export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  return (
    <Alert color="red" variant="light" icon={<IconPlugConnectedX />} title={t('failure')} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{problemText(error)}</Text>
        {retry && <Button size="xs" variant="default" onClick={retry}>{t('retry')}</Button>}
      </Stack>
    </Alert>
  );
}

export function Loading({ lines = 4 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" role="status" aria-label={t('loading')}>
      {Array.from({ length: lines }, (_, line) => <Skeleton key={line} height={22} radius="sm" width={`${95 - line * 9}%`} />)}
    </Stack>
  );
}

/** What is shown of one answer: while it comes, when it does not, and when it is there. */
export function Loaded<Data>({ query, lines, children }: { query: UseQueryResult<Data>; lines?: number; children(data: Data): ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Loading {...(lines !== undefined && { lines })} />;
}
