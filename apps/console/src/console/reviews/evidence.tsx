import { Group, Text } from '@mantine/core';
import { useFormat } from '../../shared/format';
import { Json } from '../../shared/parts';

const TIME = /^\d{4}-\d\d-\d\dT/;
/** othersAtAddress → others at address */
const words = (name: string): string => name.replace(/([A-Z])/g, ' $1').toLowerCase();

/** What a signal rests on: counts, times and hashes in a row, anything deeper as it stands. */
export function Evidence({ value }: { value: unknown }) {
  const format = useFormat();
  if (value === null || typeof value !== 'object' || Object.values(value).some((part) => part !== null && typeof part === 'object')) return <Json value={value} />;
  const shown = (part: unknown): string => (typeof part === 'number' ? format.number(part) : typeof part === 'string' && TIME.test(part) ? format.time(part) : String(part));
  return (
    <Group gap="lg">
      {Object.entries(value).map(([name, part]) => <Text key={name} size="xs" c="dimmed">{words(name)} <Text span size="xs" fw={600} c="var(--mantine-color-text)" className="wide figure">{shown(part)}</Text></Text>)}
    </Group>
  );
}
