import { SimpleGrid } from '@mantine/core';
import { rewards } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../shared/api';
import { useFormat } from '../../shared/format';
import { Figure, Panel } from '../../shared/parts';
import { Empty, Loaded } from '../../shared/states';

export function Balances({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const balances = useApi(rewards.getBalances, { userId });
  return (
    <Loaded query={balances} lines={2}>
      {({ balances: rows }) => rows.length === 0 ? <Panel><Empty title={t('user.balances.none')} hint={t('user.balances.none.hint')} /></Panel> : (
        <SimpleGrid cols={{ base: 1, xs: 2, md: Math.min(4, rows.length) }}>
          {rows.map(({ unit, available, held, debt }) => {
            const parts = [held > 0 && t('user.held', { amount: format.amount(held, unit) }), debt > 0 && t('user.debt', { amount: format.amount(debt, unit) })].filter(Boolean);
            return <Figure key={unit} label={format.unit(unit)} value={format.amount(available, unit)} hint={parts.length === 0 ? t('user.free') : parts.join(' · ')} />;
          })}
        </SimpleGrid>
      )}
    </Loaded>
  );
}
