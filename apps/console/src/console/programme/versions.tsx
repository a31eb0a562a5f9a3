import { Group, Select, Stack, Table, Text } from '@mantine/core';
import { scheduler } from '@referrals/contracts';
import { IconEqual } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePages } from '../../shared/api';
import { useFormat } from '../../shared/format';
import { Panel } from '../../shared/parts';
import { Empty, Failure, Loading } from '../../shared/states';
import { changesBetween } from './fields';

/** Two versions side by side, and what differs between them. */
export function Versions() {
  const { t } = useTranslation();
  const format = useFormat();
  const pages = usePages(scheduler.listProgrammes, { limit: 50 });
  const [chosen, setChosen] = useState<{ left?: string | null; right?: string | null }>({});
  if (pages.isPending) return <Loading />;
  if (pages.error) return <Failure error={pages.error} retry={pages.retry} />;
  const options = pages.rows.map(({ version, inForceFrom }) => ({ value: String(version), label: `${t('programme.version', { version })} · ${inForceFrom === null ? t('programme.always') : format.date(inForceFrom)}` }));
  const right = chosen.right ?? options[0]?.value ?? null;
  const left = chosen.left ?? options[1]?.value ?? right;
  const programmeOf = (version: string | null): unknown => pages.rows.find((row) => String(row.version) === version)?.programme ?? {};
  const changes = changesBetween(programmeOf(left), programmeOf(right));
  return (
    <Panel title={t('programme.compare')}>
      <Stack>
        <Group grow preventGrowOverflow={false}>
          <Select label={t('programme.before')} data={options} value={left} onChange={(value) => setChosen({ ...chosen, left: value })} allowDeselect={false} />
          <Select label={t('programme.after')} data={options} value={right} onChange={(value) => setChosen({ ...chosen, right: value })} allowDeselect={false} />
        </Group>
        {changes.length === 0 ? <Empty icon={IconEqual} title={t('programme.same')} hint={t('programme.same.hint')} /> : (
          <Table>
            <Table.Thead><Table.Tr><Table.Th>{t('programme.number')}</Table.Th><Table.Th ta="right">{t('programme.before')}</Table.Th><Table.Th ta="right">{t('programme.after')}</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>{changes.map(({ path, before, after }) => <Table.Tr key={path}><Table.Td><Text size="sm" className="mono wide">{path}</Text></Table.Td><Table.Td ta="right">{String(before ?? '–')}</Table.Td><Table.Td ta="right" fw={600}>{String(after ?? '–')}</Table.Td></Table.Tr>)}</Table.Tbody>
          </Table>
        )}
      </Stack>
    </Panel>
  );
}
