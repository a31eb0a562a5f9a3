import { Button, Group, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { modals } from '@mantine/modals';
import { access } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { v4 } from 'uuid';
import { useAct, useApi } from '../../shared/api';
import { useFormat } from '../../shared/format';
import { Facts, Panel, Status } from '../../shared/parts';
import { Loaded } from '../../shared/states';

/** What paid access a user has, and days as a gift. */
export function AccessCard({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const status = useApi(access.getAccess, { userId });
  const form = useForm({ initialValues: { days: 14, reason: '' }, validate: { days: (days) => (days >= 1 && days <= 3_650 ? null : t('user.grant.range')) } });
  const grant = useAct(access.grantAccess, { done: t('user.grant.done'), after: () => form.reset() });
  const revoke = useAct(access.revokeAccess, { done: t('user.revoke.done') });
  const askRevoke = (): void => void modals.openConfirmModal({
    title: t('user.revoke'), children: <Text size="sm">{t('user.revoke.means')}</Text>, labels: { confirm: t('confirm'), cancel: t('cancel') }, confirmProps: { color: 'red.9' }, onConfirm: () => revoke.mutate({ userId }),
  });
  return (
    <Panel title={t('user.access')}>
      <Stack>
        <Loaded query={status}>
          {({ active, source, expiresAt, daysRemaining }) => (
            <Facts rows={[[t('bonus.status'), <Status key="s" word={active ? 'active' : 'inactive'} />], [t('user.access.source'), t(`user.access.${source}`)], [t('user.access.until'), expiresAt === null ? '–' : format.time(expiresAt)], [t('user.access.left'), format.number(daysRemaining)]]} />
          )}
        </Loaded>
        <form onSubmit={form.onSubmit(({ days, reason }) => grant.mutate({ userId, id: `console-${v4()}`, days, ...(reason !== '' && { reason }) }))}>
          <Group align="flex-end">
            <NumberInput label={t('user.grant.days')} min={1} max={3_650} w={120} {...form.getInputProps('days')} />
            <TextInput label={t('user.grant.reason')} flex={1} miw={180} maxLength={500} {...form.getInputProps('reason')} />
            <Button type="submit" loading={grant.isPending}>{t('user.grant')}</Button>
            <Button variant="default" onClick={askRevoke}>{t('user.revoke')}</Button>
          </Group>
        </form>
      </Stack>
    </Panel>
  );
}
