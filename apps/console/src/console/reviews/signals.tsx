import { Group, Progress, Stack, Text } from '@mantine/core';
import type { Review } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { Evidence } from './evidence';

/** Each signal with its weight and the evidence it rests on. */
export function Signals({ signals }: { signals: Review['signals'] }) {
  const { t, i18n } = useTranslation();
  const nameOf = (signal: string): string => (i18n.exists(`signal.${signal}`) ? t(`signal.${signal}`) : signal);
  return (
    <Stack gap="md">
      {signals.map(({ signal, weight, evidence }) => (
        <div key={signal}>
          <Group justify="space-between" mb={4}><Text size="sm" fw={500}>{nameOf(signal)}</Text><Text size="sm" className="figure">+{weight}</Text></Group>
          <Progress value={weight} color={weight >= 40 ? 'red' : weight >= 25 ? 'orange' : 'yellow'} size="sm" mb={6} aria-label={nameOf(signal)} />
          <Evidence value={evidence} />
        </div>
      ))}
    </Stack>
  );
}
