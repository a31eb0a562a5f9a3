import { Anchor, Group, SimpleGrid, Stack, Text, Timeline, Title } from '@mantine/core';
import { fraud } from '@referrals/contracts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useApi } from '../../shared/api';
import { Facts, Json, Panel, Status, When } from '../../shared/parts';
import { Empty, Loaded } from '../../shared/states';
import { BonusTable } from '../bonuses/bonus-table';
import { Signals } from './signals';

const user = (id: string): ReactNode => <Anchor component={Link} to={`/users/${encodeURIComponent(id)}`} size="sm">{id}</Anchor>;

/** One review: who, why, what is at stake, and what was done about it. */
export function Details({ id, actions }: { id: string; actions: ReactNode }) {
  const { t } = useTranslation();
  const review = useApi(fraud.getReview, { id });
  return (
    <Loaded query={review} lines={8}>
      {({ referrerId, refereeId, score, priority, status, assignee, notes, createdAt, decidedAt, decidedBy, signals, bonuses, history }) => (
        <Stack>
          <Panel>
            <Group justify="space-between" align="flex-start" mb="md">
              <div>
                <Title order={2} size="h4" className="wide">{refereeId}</Title>
                <Group gap="xs" mt={4}><Status word={status} /><Status word={priority} /><Text size="sm">{t('review.score')} <b className="figure">{score}</b></Text></Group>
              </div>
            </Group>
            {actions}
            <SimpleGrid cols={{ base: 1, sm: 2 }} mt="lg" spacing="xl">
              <Facts rows={[[t('review.referee'), user(refereeId)], [t('review.referrer'), user(referrerId)], [t('review.opened'), <When key="at" at={createdAt} />]]} />
              <Facts rows={[[t('review.assignee'), assignee ?? '–'], [t('review.decided'), <When key="at" at={decidedAt} />], [t('review.decidedBy'), decidedBy ?? '–']]} />
            </SimpleGrid>
            {notes !== null && <Text size="sm" mt="md" className="wide">{notes}</Text>}
          </Panel>
          <Panel title={t('review.signals')} hint={t('review.signals.hint')}><Signals signals={signals} /></Panel>
          <Panel title={t('review.bonuses')} hint={t('review.bonuses.hint')}>
            {bonuses.length === 0 ? <Empty title={t('user.bonuses.none')} /> : <BonusTable bonuses={bonuses} withUser />}
          </Panel>
          <Panel title={t('review.history')}>
            {history.length === 0 ? <Empty title={t('review.history.none')} hint={t('review.history.none.hint')} /> : (
              <Timeline bulletSize={14} lineWidth={2} active={history.length}>
                {history.map(({ kind, actor, at, details }, n) => (
                  <Timeline.Item key={n} title={<Text size="sm" fw={500} span>{kind}</Text>}>
                    <Text size="xs" c="dimmed">{actor} · <When at={at} /></Text>
                    {details !== null && Object.keys(details).length > 0 && <Json value={details} />}
                  </Timeline.Item>
                ))}
              </Timeline>
            )}
          </Panel>
        </Stack>
      )}
    </Loaded>
  );
}
