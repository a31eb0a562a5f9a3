import { Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { me } from '@referrals/contracts';
import { IconCalendarHeart } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../shared/api';
import { useFormat } from '../shared/format';
import { Facts, Panel } from '../shared/parts';
import { Loaded } from '../shared/states';

/** Paid access, and what of the balance can be spent. */
export function AccessCard() {
  const { t } = useTranslation();
  const format = useFormat();
  const access = useApi(me.access, {});
  const balances = useApi(me.balances, {});
  return (
    <Panel title={t('portal.access')}>
      <Stack>
        <Loaded query={access} lines={2}>
          {({ active, expiresAt, daysRemaining }) => (
            <Group wrap="nowrap">
              <ThemeIcon size={44} radius="xl" variant="light" color={active ? 'teal' : 'gray'} aria-hidden><IconCalendarHeart size={26} /></ThemeIcon>
              <div>
                <Text fw={600}>{active && expiresAt !== null ? t('portal.access.until', { at: format.date(expiresAt) }) : t('portal.access.none')}</Text>
                <Text size="sm" c="dimmed">{t('portal.access.days', { count: daysRemaining })}</Text>
              </div>
            </Group>
          )}
        </Loaded>
        <Loaded query={balances} lines={2}>
          {({ balances: rows }) => <Facts rows={rows.filter(({ unit }) => unit !== 'access_days').map(({ unit, available }) => [`${t('portal.balance')} (${format.unit(unit)})`, format.amount(available, unit)])} />}
        </Loaded>
      </Stack>
    </Panel>
  );
}
