import { Text } from '@mantine/core';
import { rewards } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { usePages } from '../../shared/api';
import { useFormat } from '../../shared/format';
import { Panel, When } from '../../shared/parts';
import { Rows } from '../../shared/rows';
import { Empty } from '../../shared/states';

export function Ledger({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const pages = usePages(rewards.listLedger, { userId, limit: 30 });
  return (
    <Panel title={t('user.ledger')} hint={t('user.ledger.hint')}>
      <Rows label={t('user.ledger')} pages={pages} idOf={({ id, account }) => `${id}${account}`} empty={<Empty title={t('user.ledger.none')} hint={t('user.balances.none.hint')} />} columns={[
        { head: t('bonus.when'), cell: ({ createdAt }) => <When at={createdAt} /> },
        { head: t('ledger.reason'), cell: ({ reason, reference }) => <><Text size="sm">{reason}</Text><Text size="xs" c="dimmed" className="mono wide">{reference}</Text></> },
        { head: t('ledger.account'), cell: ({ account }) => t(`ledger.${account}`), wide: true },
        { head: t('bonus.amount'), right: true, cell: ({ amount, unit }) => <Text span size="sm" {...(amount < 0 && { c: 'light-dark(var(--mantine-color-red-9), var(--mantine-color-red-4))' })}>{amount > 0 ? '+' : ''}{format.amount(amount, unit)}</Text> },
      ]} />
    </Panel>
  );
}
