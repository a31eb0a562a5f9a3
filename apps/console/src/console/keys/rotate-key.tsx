import { Alert, Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { apiKeys } from '@referrals/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct, useProblemText } from '../../shared/api';
import { ShownOnce } from './shown-once';

const OVERLAPS = [0, 3_600, 86_400, 7 * 86_400];

/** A key in the place of another, which goes on for a while, so that nobody is locked out meanwhile. */
export function RotateKey({ id, label, onClose }: { id: string; label: string; onClose(): void }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const [overlap, setOverlap] = useState('86400');
  const rotate = useAct(apiKeys.rotate, { quiet: true });
  return (
    <Modal opened onClose={onClose} title={t('key.rotate')} closeButtonProps={{ 'aria-label': t('close') }}>
      {rotate.data ? <ShownOnce secret={rotate.data.key} hint={t('key.once')} onClose={onClose} /> : (
        <Stack>
          <Text size="sm" className="wide">{t('key.rotate.means', { label })}</Text>
          <Select label={t('key.overlap')} value={overlap} onChange={(value) => setOverlap(value ?? overlap)} allowDeselect={false} data-autofocus
            data={OVERLAPS.map((seconds) => ({ value: `${seconds}`, label: t(`key.overlap.${seconds}`) }))} />
          {rotate.error && <Alert color="red" variant="light" role="alert">{problemText(rotate.error)}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{t('cancel')}</Button>
            <Button loading={rotate.isPending} onClick={() => rotate.mutate({ id, overlapSeconds: Number(overlap) })}>{t('key.rotate')}</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
