import { Accordion, Affix, Alert, Button, Card, Group, NumberInput, SimpleGrid, Switch, Text, TextInput } from '@mantine/core';
import { ProblemError } from '@referrals/client';
import { scheduler, type ProgrammeInForce } from '@referrals/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct, useProblemText } from '../../shared/api';
import { useFormat } from '../../shared/format';
import { changesBetween, fieldsOf, withField, type Field, type Leaf } from './fields';

/** Every number of the programme. The engine checks the whole when it is saved, and its complaints stand at the fields. */
export function ProgrammeForm({ inForce }: { inForce: ProgrammeInForce }) {
  const { t } = useTranslation();
  const format = useFormat();
  const problemText = useProblemText();
  const [programme, setProgramme] = useState(inForce.programme);
  const save = useAct(scheduler.putProgramme, { done: t('programme.saved'), quiet: true });
  const changes = changesBetween(inForce.programme, programme);
  const faults = new Map((save.error instanceof ProblemError ? save.error.errors : []).map(({ path, message }) => [path.replace(/^programme\./, ''), message]));
  const loose = [...faults].filter(([path]) => !fieldsOf(programme).some((field) => field.path === path));
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">{t('programme.version', { version: inForce.version })} · {inForce.inForceFrom === null ? t('programme.always') : t('programme.since', { at: format.time(inForce.inForceFrom) })} · {inForce.createdBy}</Text>
      {save.error && <Alert color="red" variant="light" mb="md" role="alert">{faults.size === 0 ? problemText(save.error) : t('programme.invalid')}{loose.map(([path, message]) => <Text key={path} size="sm">{path}: {message}</Text>)}</Alert>}
      <Accordion variant="separated" multiple defaultValue={['families', 'bonuses', 'tiers']} mb={90}>
        {Object.entries(programme).map(([part, tree]) => (
          <Accordion.Item key={part} value={part}>
            <Accordion.Control>{t(`programme.part.${part}`, { defaultValue: part })}</Accordion.Control>
            <Accordion.Panel>
              <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
                {fieldsOf(tree, part).map((field) => <Input key={field.path} field={field} part={part} fault={faults.get(field.path)} onChange={(value) => setProgramme(withField(programme, field.path, value))} />)}
              </SimpleGrid>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      {changes.length > 0 && (
        <Affix bottom={16} right={16} zIndex={90}>
          <Card withBorder shadow="md" padding="sm">
            <Group>
              <Text size="sm">{t('programme.changes', { count: changes.length })}</Text>
              <Button variant="default" size="sm" onClick={() => { setProgramme(inForce.programme); save.reset(); }}>{t('cancel')}</Button>
              <Button size="sm" loading={save.isPending} onClick={() => save.mutate({ baseVersion: inForce.version, programme })}>{t('programme.save')}</Button>
            </Group>
          </Card>
        </Affix>
      )}
    </>
  );
}

function Input({ field: { path, value }, part, fault, onChange }: { field: Field; part: string; fault: string | undefined; onChange(value: Leaf): void }) {
  const label = path === part ? part : path.slice(part.length + 1).replaceAll('.', ' › ').replaceAll('_', ' ');
  if (typeof value === 'boolean') return <Switch label={label} checked={value} onChange={(event) => onChange(event.currentTarget.checked)} error={fault} mt="lg" />;
  if (typeof value === 'number') return <NumberInput label={label} value={value} onChange={(next) => onChange(next === '' ? 0 : Number(next))} min={0} allowDecimal={false} error={fault} thousandSeparator=" " />;
  return <TextInput label={label} value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value)} error={fault} />;
}
