import { Group, Progress, Stack, Text } from '@mantine/core';
import type { insights, Reply } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format';
import { Panel } from '../../shared/parts';

const NAMES = { registered: 'overview.registrations', activated: 'overview.activations', qualified: 'overview.qualifications', retained: 'overview.retentions' } as const;

export function Funnel({ funnel }: { funnel: Reply<typeof insights.overview>['funnel'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Panel title={t('overview.funnel')}>
      <Stack gap="md">
        {funnel.map(({ stage, count, share }) => (
          <div key={stage}>
            <Group justify="space-between" mb={4}>
              <Text size="sm" fw={500}>{t(NAMES[stage])}</Text>
              <Text size="sm" className="figure"><b>{format.number(count)}</b> · {format.percent(share)}</Text>
            </Group>
            <Progress value={share * 100} size="lg" radius="sm" aria-label={`${t(NAMES[stage])}: ${t('overview.ofAll', { share: format.percent(share) })}`} />
          </div>
        ))}
      </Stack>
    </Panel>
  );
}
