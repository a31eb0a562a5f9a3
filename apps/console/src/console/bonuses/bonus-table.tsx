import { Anchor, Button, Table, Text } from '@mantine/core';
import type { Bonus } from '@referrals/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '../../shared/format';
import { Status, When } from '../../shared/parts';
import { Calculation } from './calculation';

/** Bonuses, each with a way to the calculation behind it. */
export function BonusTable({ bonuses, withUser }: { bonuses: Bonus[]; withUser?: boolean }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState<string | null>(null);
  const eventOf = (event: string): string => (i18n.exists(`event.${event}`) ? t(`event.${event}`) : event);
  return (
    <>
      <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="region" aria-label={t('user.bonuses')}>
        <Table aria-label={t('user.bonuses')}>
          <Table.Thead>
            <Table.Tr><Table.Th>{t('bonus.event')}</Table.Th><Table.Th ta="right">{t('bonus.amount')}</Table.Th><Table.Th>{t('bonus.status')}</Table.Th><Table.Th visibleFrom="sm">{t('bonus.when')}</Table.Th><Table.Th ta="right">{t('bonus.why')}</Table.Th></Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {bonuses.map(({ id, event, party, userId, amount, unit, status, holdReason, holdUntil, createdAt }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <Text size="sm">{eventOf(event)}</Text>
                  <Text size="xs" c="dimmed">{withUser ? <Anchor component={Link} to={`/users/${encodeURIComponent(userId)}`} size="xs">{userId}</Anchor> : t(`bonus.${party}`)}</Text>
                </Table.Td>
                <Table.Td ta="right" className="figure">{format.amount(amount, unit)}</Table.Td>
                <Table.Td>
                  <Status word={status} />
                  {holdReason !== null && <Text size="xs" c="dimmed">{t(`hold.${holdReason}`)}{holdUntil !== null && ` (${format.ago(holdUntil)})`}</Text>}
                </Table.Td>
                <Table.Td visibleFrom="sm"><When at={createdAt} /></Table.Td>
                <Table.Td ta="right"><Button variant="default" size="compact-xs" onClick={() => setOpen(id)} aria-label={t('bonus.explain', { event: eventOf(event) })}>{t('bonus.show')}</Button></Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Calculation bonusId={open} onClose={() => setOpen(null)} />
    </>
  );
}
