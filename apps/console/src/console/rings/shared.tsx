import { Text } from '@mantine/core';
import type { Ring } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format';

/** What ties a ring together: how many share each device and address, and when that was seen. */
export function Shared({ devices, addresses, evidence }: Pick<Ring, 'devices' | 'addresses' | 'evidence'>) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <Text size="sm">{t('ring.devices', { count: devices })}</Text>
      <Text size="sm">{t('ring.addresses', { count: addresses })}</Text>
      <details>
        <Text component="summary" size="xs">{t('ring.evidence')}</Text>
        {evidence.map(({ kind, users, firstSeenAt, lastSeenAt }, n) => (
          <Text key={n} size="xs">{t(`ring.kind.${kind}`)}: {t('ring.size', { count: users })}, {format.date(firstSeenAt)} – {format.date(lastSeenAt)}</Text>
        ))}
      </details>
    </>
  );
}
