import { Grid, Group, Kbd, Select, Text } from '@mantine/core';
import { fraud, type Review } from '@referrals/contracts';
import { IconChecks } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { usePages } from '../../shared/api';
import { Page, Panel } from '../../shared/parts';
import { Empty, Failure, Loading } from '../../shared/states';
import { Actions } from './actions';
import { Details } from './details';
import { Queue } from './queue';

const STATUSES = ['pending', 'escalated', 'approved', 'rejected', 'lapsed'] as const;
const PRIORITIES = ['critical', 'high', 'medium'] as const;
const KEYS = [['j', 'next'], ['k', 'previous'], ['a', 'approve'], ['r', 'reject'], ['e', 'escalate'], ['m', 'mine'], ['n', 'note'], ['x', 'select']] as const;

/** The queue at the left, the review under the cursor at the right; everything can be done from the keyboard. */
export default function Reviews() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { reviewId } = useParams();
  const [status, setStatus] = useState<Review['status'] | null>('pending');
  const [priority, setPriority] = useState<Review['priority'] | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const queue = usePages(fraud.listReviews, { limit: 50, ...(status && { status }), ...(priority && { priority }) }, { every: 20_000 });
  const place = Math.max(0, queue.rows.findIndex(({ id }) => id === reviewId));
  const current = reviewId ?? queue.rows[0]?.id;
  const go = (to: number): void => {
    const next = queue.rows[Math.min(Math.max(to, 0), queue.rows.length - 1)];
    if (next) void navigate(`/reviews/${next.id}`, { replace: true });
  };
  const select = (id: string): void => setSelected((before) => new Set(before.has(id) ? [...before].filter((other) => other !== id) : [...before, id]));
  /** Decided reviews leave the list: what came after them moves under the cursor. */
  const moveOn = (decided: string[]): void => {
    setSelected(new Set());
    const next = queue.rows.slice(place).find(({ id }) => !decided.includes(id)) ?? queue.rows.find(({ id }) => !decided.includes(id));
    void navigate(next ? `/reviews/${next.id}` : '/reviews', { replace: true });
  };
  return (
    <Page title={t('nav.reviews')} hint={t('review.hint')} actions={
      <>
        <Select aria-label={t('review.status')} placeholder={t('all')} value={status} onChange={setStatus} clearable w={150} data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))} clearButtonProps={{ 'aria-label': t('all') }} />
        <Select aria-label={t('review.priority')} placeholder={t('review.priority')} value={priority} onChange={setPriority} clearable w={150} data={PRIORITIES.map((value) => ({ value, label: t(`status.${value}`) }))} clearButtonProps={{ 'aria-label': t('all') }} />
      </>
    }>
      <Group gap="md" visibleFrom="sm" aria-label={t('review.keys')} role="note">
        {KEYS.map(([key, name]) => <Group key={key} gap={6}><Kbd size="xs">{key}</Kbd><Text size="xs" c="dimmed">{t(`review.key.${name}`)}</Text></Group>)}
      </Group>
      {queue.isPending ? <Loading /> : queue.error && queue.rows.length === 0 ? <Failure error={queue.error} retry={queue.retry} /> : queue.rows.length === 0 && !reviewId ? (
        <Panel><Empty icon={IconChecks} title={t('review.none')} hint={t('review.none.hint')} /></Panel>
      ) : (
        <Grid>
          <Grid.Col span={{ base: 12, md: 4 }}><Queue pages={queue} current={current} selected={selected} onGo={(id) => void navigate(`/reviews/${id}`, { replace: true })} onSelect={select} /></Grid.Col>
          <Grid.Col span={{ base: 12, md: 8 }}>
            {current !== undefined && <Details id={current} actions={<Actions id={current} selected={[...selected]} onNext={() => go(place + 1)} onPrevious={() => go(place - 1)} onSelect={select} onDecided={moveOn} />} />}
          </Grid.Col>
        </Grid>
      )}
    </Page>
  );
}
