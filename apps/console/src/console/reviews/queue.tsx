import { Button, Card, Checkbox, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import type { Review } from '@referrals/contracts';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pages } from '../../shared/api';
import { Status, When } from '../../shared/parts';

interface Props {
  pages: Pages<Review>;
  current: string | undefined;
  selected: ReadonlySet<string>;
  onGo(id: string): void;
  onSelect(id: string): void;
}

export function Queue({ pages, current, selected, onGo, onSelect }: Props) {
  const { t } = useTranslation();
  const here = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // what it returns is no clean-up: in some browsers a promise
    void here.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <Stack gap="xs" role="list" className="queue" tabIndex={0} aria-label={t('nav.reviews')}>
      {pages.rows.map(({ id, referrerId, refereeId, score, priority, assignee, createdAt }) => (
        <Card key={id} withBorder padding="sm" role="listitem" ref={id === current ? here : undefined} className={id === current ? 'row-selected' : ''}>
          <Group wrap="nowrap" align="flex-start" gap="sm">
            <Checkbox size="sm" checked={selected.has(id)} onChange={() => onSelect(id)} aria-label={t('review.select', { who: refereeId })} />
            <UnstyledButton flex={1} miw={0} onClick={() => onGo(id)} aria-current={id === current}>
              <Group justify="space-between" wrap="nowrap">
                <Text size="sm" fw={600} truncate>{refereeId}</Text>
                <Text size="sm" fw={700} className="figure">{score}</Text>
              </Group>
              <Text size="xs" c="dimmed" truncate>{t('review.broughtBy', { who: referrerId })}</Text>
              <Group justify="space-between" mt={4} gap="xs">
                <Status word={priority} />
                <Text size="xs" c="dimmed" component="div">{assignee ?? <When at={createdAt} ago />}</Text>
              </Group>
            </UnstyledButton>
          </Group>
        </Card>
      ))}
      {pages.more && <Button variant="default" size="xs" onClick={pages.more} loading={pages.isMore}>{t('more')}</Button>}
    </Stack>
  );
}
