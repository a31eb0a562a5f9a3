import { ActionIcon, Badge, Card, Code, CopyButton, Group, Stack, Text, Title, Tooltip, type MantineColor } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from './format';

/** A page: its name, one sentence of what it is for, and what can be done. */
export function Page({ title, hint, actions, children }: { title: ReactNode; hint?: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h2" className="wide">{title}</Title>
          {hint !== undefined && <Text c="dimmed" size="sm" mt={2}>{hint}</Text>}
        </div>
        {actions !== undefined && <Group gap="sm">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

export function Panel({ title, hint, actions, children }: { title?: string; hint?: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <Card withBorder padding="lg" component="section" h="100%" {...(title !== undefined && { 'aria-label': title })}>
      {title !== undefined && (
        <Group justify="space-between" mb="md" align="flex-start">
          <div>
            <Title order={2} size="h5">{title}</Title>
            {hint !== undefined && <Text c="dimmed" size="xs">{hint}</Text>}
          </div>
          {actions}
        </Group>
      )}
      {children}
    </Card>
  );
}

export function Figure({ label, value, hint }: { label: string; value: ReactNode; hint?: ReactNode }) {
  return (
    <Card withBorder padding="md">
      <Text c="dimmed" size="xs" fw={600} tt="uppercase">{label}</Text>
      <Text size="xl" fw={700} className="figure" mt={4}>{value}</Text>
      {hint !== undefined && <Text c="dimmed" size="xs">{hint}</Text>}
    </Card>
  );
}

const COLORS: Record<string, MantineColor> = {
  paid: 'teal', approved: 'teal', delivered: 'teal', succeeded: 'teal', active: 'teal', retained: 'teal', applied: 'teal',
  held: 'yellow', pending: 'yellow', escalated: 'orange', running: 'blue', medium: 'yellow', high: 'orange', qualified: 'blue', activated: 'cyan',
  rejected: 'red', clawed_back: 'red', failed: 'red', critical: 'red',
};

/** A state by its word; the colour only says it again. */
export function Status({ word }: { word: string }) {
  const { t, i18n } = useTranslation();
  const key = `status.${word}`;
  return <Badge className="badge-whole" variant="dot" color={COLORS[word] ?? 'gray'} tt="none" fw={500} styles={{ label: { color: 'var(--mantine-color-text)' } }}>{i18n.exists(key) ? t(key) : word}</Badge>;
}

/** A time in the viewer's zone; how long ago it was comes first where that says more. */
export function When({ at, ago }: { at: string | null; ago?: boolean }) {
  const format = useFormat();
  if (at === null) return <Text span c="dimmed" size="sm">–</Text>;
  return <Text span size="sm" title={new Date(at).toISOString()}>{ago ? format.ago(at) : format.time(at)}</Text>;
}

export function Copy({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? t('copied') : label}>
          <ActionIcon variant="subtle" color={copied ? 'teal' : 'gray'} onClick={copy} aria-label={copied ? t('copied') : label}>
            {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** Evidence, metadata, before and after: as it stands. */
export function Json({ value }: { value: unknown }) {
  return <Code block component="pre" className="json">{JSON.stringify(value, null, 2)}</Code>;
}

/** Names and values one under the other. */
export function Facts({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <Stack gap={6}>
      {rows.map(([name, value]) => (
        <Group key={name} justify="space-between" wrap="nowrap" gap="md" align="flex-start">
          <Text c="dimmed" size="sm">{name}</Text>
          <Text component="div" size="sm" ta="right" className="wide figure">{value}</Text>
        </Group>
      ))}
    </Stack>
  );
}
