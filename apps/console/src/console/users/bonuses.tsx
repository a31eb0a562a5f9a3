import { Button, Center, Select, Stack } from '@mantine/core';
import { rewards, type BonusStatus } from '@referrals/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { usePages } from '../../shared/api';
import { Panel } from '../../shared/parts';
import { Empty, Failure, Loading } from '../../shared/states';
import { BonusTable } from '../bonuses/bonus-table';

const STATUSES = ['pending', 'paid', 'held', 'rejected', 'clawed_back'] as const;

export function Bonuses({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const [status, setStatus] = useState<z.output<typeof BonusStatus> | null>(null);
  const pages = usePages(rewards.listBonuses, { userId, limit: 25, ...(status && { status }) });
  return (
    <Panel title={t('user.bonuses')} actions={<Select aria-label={t('bonus.status')} placeholder={t('all')} clearable value={status} onChange={setStatus} w={170} data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))} clearButtonProps={{ 'aria-label': t('all') }} />}>
      {pages.isPending ? <Loading /> : pages.error && pages.rows.length === 0 ? <Failure error={pages.error} retry={pages.retry} /> : pages.rows.length === 0 ? <Empty title={t('user.bonuses.none')} hint={t('user.bonuses.none.hint')} /> : (
        <Stack gap="sm">
          <BonusTable bonuses={pages.rows} />
          {pages.more && <Center><Button variant="default" size="xs" onClick={pages.more} loading={pages.isMore}>{t('more')}</Button></Center>}
        </Stack>
      )}
    </Panel>
  );
}
