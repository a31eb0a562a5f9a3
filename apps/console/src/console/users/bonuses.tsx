import { Button, Center, Group, Select, Stack, TextInput } from '@mantine/core';
import { rewards, type BonusStatus } from '@referrals/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { z } from 'zod';
import { usePages } from '../../shared/api';
import { Panel } from '../../shared/parts';
import { Empty, Failure, Loading } from '../../shared/states';
import { BonusTable } from '../bonuses/bonus-table';

const STATUSES = ['pending', 'paid', 'held', 'rejected', 'clawed_back'] as const;
const isId = (text: string): boolean => z.uuid().safeParse(text).success;

/** The bonuses of a user, of every referral or of the one in the address. */
export function Bonuses({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [status, setStatus] = useState<z.output<typeof BonusStatus> | null>(null);
  const referral = params.get('referral') ?? '';
  const pages = usePages(rewards.listBonuses, { userId, limit: 25, ...(status && { status }), ...(isId(referral) && { referralId: referral }) });
  const choose = (text: string): void => setParams(text === '' ? {} : { referral: text }, { replace: true });
  return (
    <Panel title={t('user.bonuses')} actions={
      <Group gap="sm" align="flex-start">
        <TextInput aria-label={t('user.bonuses.of')} placeholder={t('user.bonuses.of.hint')} value={referral} onChange={(event) => choose(event.currentTarget.value.trim())} error={referral === '' || isId(referral) ? null : t('user.bonuses.of.invalid')} w={220} />
        <Select aria-label={t('bonus.status')} placeholder={t('all')} clearable value={status} onChange={setStatus} w={170} data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))} clearButtonProps={{ 'aria-label': t('all') }} />
      </Group>
    }>
      {pages.isPending ? <Loading /> : pages.error && pages.rows.length === 0 ? <Failure error={pages.error} retry={pages.retry} /> : pages.rows.length === 0 ? <Empty title={t('user.bonuses.none')} hint={t('user.bonuses.none.hint')} /> : (
        <Stack gap="sm">
          <BonusTable bonuses={pages.rows} />
          {pages.more && <Center><Button variant="default" size="xs" onClick={pages.more} loading={pages.isMore}>{t('more')}</Button></Center>}
        </Stack>
      )}
    </Panel>
  );
}
