import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Copy } from '../../shared/parts';

/** A secret that nobody will be shown again. */
export function ShownOnce({ secret, hint, onClose }: { secret: string | null; hint: string; onClose(): void }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Alert color="yellow" variant="light" icon={<IconEyeOff />}>{hint}</Alert>
      <Group gap="xs" wrap="nowrap"><Text className="mono wide" size="sm">{secret}</Text><Copy text={secret ?? ''} label={t('key.copy')} /></Group>
      <Group justify="flex-end"><Button onClick={onClose}>{t('key.kept')}</Button></Group>
    </Stack>
  );
}
