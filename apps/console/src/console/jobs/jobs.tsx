import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { scheduler } from '@referrals/contracts';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useAct, useApi } from '../../shared/api';
import { useFormat } from '../../shared/format';
import { Page, Panel, Status, When } from '../../shared/parts';
import { Rows } from '../../shared/rows';
import { Empty } from '../../shared/states';

/** The timetable with each job's last run; any can be run now. */
export default function Jobs() {
  const { t } = useTranslation();
  const format = useFormat();
  const jobs = useApi(scheduler.listJobs, {}, { every: 5_000 });
  const run = useAct(scheduler.runJob, { after: ({ job, status, processed, changed }) => notifications.show({ message: t('job.ran', { job, status: t(`status.${status}`), processed, changed }), color: status === 'failed' ? 'red' : 'teal' }) });
  const every = (seconds: number | null): string => {
    if (seconds === null) return t('job.byHand');
    const [count, unit] = seconds % 86_400 === 0 ? [seconds / 86_400, 'day'] : seconds % 3_600 === 0 ? [seconds / 3_600, 'hour'] : seconds % 60 === 0 ? [seconds / 60, 'minute'] : [seconds, 'second'];
    return t(`job.every.${unit}`, { count });
  };
  const pages = { rows: jobs.data?.data ?? [], isPending: jobs.isPending, error: jobs.error, retry: () => void jobs.refetch(), more: null, isMore: false };
  return (
    <Page title={t('nav.jobs')} hint={t('job.hint')}>
      <Panel>
        <Rows label={t('nav.jobs')} pages={pages} idOf={({ name }) => name} empty={<Empty title={t('job.none')} />} columns={[
          { head: t('job.name'), cell: ({ name, description }) => <><Text size="sm" fw={500}>{name}</Text><Text size="xs" c="dimmed">{description}</Text></> },
          { head: t('job.every'), wide: true, cell: ({ everySeconds }) => every(everySeconds) },
          { head: t('job.last'), cell: ({ lastRun }) => lastRun === null ? <Text size="sm" c="dimmed">{t('never')}</Text> : <><Status word={lastRun.status} /><Text size="xs" c="dimmed" component="div"><When at={lastRun.startedAt} ago /></Text>{lastRun.error !== null && <Text size="xs" className="wide">{lastRun.error}</Text>}</> },
          { head: t('job.changed'), right: true, wide: true, cell: ({ lastRun }) => (lastRun === null ? '–' : `${format.number(lastRun.changed)} / ${format.number(lastRun.processed)}`) },
          { head: t('code.actions'), right: true, cell: ({ name }) => <Button size="compact-sm" variant="default" leftSection={<IconPlayerPlay size={14} />} loading={run.isPending && run.variables?.name === name} onClick={() => run.mutate({ name })} aria-label={t('job.runNow', { name })}>{t('job.run')}</Button> },
        ]} />
      </Panel>
    </Page>
  );
}
