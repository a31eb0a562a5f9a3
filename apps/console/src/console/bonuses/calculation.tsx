import { Card, Modal, Stack, Text } from '@mantine/core';
import { rewards } from '@referrals/contracts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../shared/api';
import { useFormat } from '../../shared/format';
import { Facts, When } from '../../shared/parts';
import { Loaded } from '../../shared/states';

/** Everything that led to an amount, so that anybody can do the sum again. */
export function Calculation({ bonusId, onClose }: { bonusId: string | null; onClose(): void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={bonusId !== null} onClose={onClose} title={t('bonus.calculation')} size="lg" closeButtonProps={{ 'aria-label': t('close') }}>
      {bonusId !== null && <Body bonusId={bonusId} />}
    </Modal>
  );
}

function Body({ bonusId }: { bonusId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const bonus = useApi(rewards.getBonus, { bonusId });
  return (
    <Loaded query={bonus}>
      {({ calculation, ...facts }) => {
        const { payment } = calculation;
        const rows: [string, ReactNode][] = [
          [t('bonus.amount'), format.amount(facts.amount, facts.unit)],
          [t('bonus.base'), format.amount(facts.base, facts.unit)],
          [t('bonus.multiplier'), format.factor(facts.multiplier)],
          [t('bonus.tier'), facts.tier ?? '–'],
          [t('bonus.qualified'), calculation.qualifiedCountAtBooking ?? '–'],
          [t('bonus.level'), facts.level ?? '–'],
          [t('bonus.payers'), calculation.paidRefereesAtBooking ?? '–'],
          [t('bonus.score'), calculation.score ?? '–'],
          [t('bonus.decision'), calculation.decision === null ? '–' : t(`bonus.decision.${calculation.decision}`)],
          [t('bonus.takenBack'), format.amount(facts.takenBack, facts.unit)],
          [t('bonus.version'), facts.programmeVersion],
          [t('bonus.released'), <When key="at" at={facts.releasedAt} />],
          [t('bonus.key'), <span key="key" className="mono">{calculation.grantKey}</span>],
        ];
        if (payment) rows.splice(1, 0, [t('bonus.payment'), `${format.amount(payment.amount, payment.currency)} − ${format.amount(payment.returnedAmount, payment.currency)}`]);
        return (
          <Stack>
            <Card bg="light-dark(var(--mantine-color-brand-0), var(--mantine-color-dark-6))" padding="md"><Text className="mono wide" ta="center" fw={600} size="lg" data-testid="formula">{calculation.formula}</Text></Card>
            <Facts rows={rows} />
          </Stack>
        );
      }}
    </Loaded>
  );
}
