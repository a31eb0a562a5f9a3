import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { fraud } from '@referrals/contracts';
import { IconArrowUpRight, IconCheck, IconNote, IconUserCheck, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct, useClient } from '../../shared/api';

type Decision = 'approve' | 'reject' | 'escalate';
interface Props {
  id: string;
  /** where some are selected, a decision is about all of them */
  selected: string[];
  onNext(): void;
  onPrevious(): void;
  onSelect(id: string): void;
  onDecided(ids: string[]): void;
}

export function Actions({ id, selected, onNext, onPrevious, onSelect, onDecided }: Props) {
  const { t } = useTranslation();
  const { session } = useClient();
  const [open, setOpen] = useState<Decision | 'note' | null>(null);
  const [notes, setNotes] = useState('');
  const ids = selected.length > 0 ? selected : [id];
  const close = (): void => {
    setOpen(null);
    setNotes('');
  };
  const decided = (): void => {
    close();
    onDecided(ids);
  };
  const decideOne = useAct(fraud.decideReview, { done: t('review.done', { count: 1 }), after: decided });
  const decideMany = useAct(fraud.decideReviews, { done: t('review.done', { count: ids.length }), after: decided });
  const addNote = useAct(fraud.noteReview, { done: t('review.noted'), after: close });
  const assign = useAct(fraud.assignReview, { done: t('review.assigned') });
  const assignToMe = (): void => assign.mutate({ id, assignee: session.name === '' ? t('review.me') : session.name });
  const submit = (): void => {
    if (open === 'note') addNote.mutate({ id, notes });
    else if (open !== null && selected.length > 0) decideMany.mutate({ ids, decision: open, ...(notes !== '' && { notes }) });
    else if (open !== null) decideOne.mutate({ id, decision: open, ...(notes !== '' && { notes }) });
  };
  useHotkeys(open !== null ? [] : [
    ['j', onNext], ['k', onPrevious], ['a', () => setOpen('approve')], ['r', () => setOpen('reject')], ['e', () => setOpen('escalate')],
    ['m', assignToMe], ['n', () => setOpen('note')], ['x', () => onSelect(id)],
  ]);
  const isBusy = decideOne.isPending || decideMany.isPending || addNote.isPending;
  return (
    <>
      <Group gap="xs">
        <Button size="sm" color="teal.9" leftSection={<IconCheck size={16} />} onClick={() => setOpen('approve')}>{t('review.approve')}{selected.length > 0 && ` (${selected.length})`}</Button>
        <Button size="sm" color="red.9" leftSection={<IconX size={16} />} onClick={() => setOpen('reject')}>{t('review.reject')}{selected.length > 0 && ` (${selected.length})`}</Button>
        <Button size="sm" variant="default" leftSection={<IconArrowUpRight size={16} />} onClick={() => setOpen('escalate')}>{t('review.escalate')}</Button>
        <Button size="sm" variant="default" leftSection={<IconUserCheck size={16} />} onClick={assignToMe}>{t('review.mine')}</Button>
        <Button size="sm" variant="default" leftSection={<IconNote size={16} />} onClick={() => setOpen('note')}>{t('review.note')}</Button>
      </Group>
      <Modal opened={open !== null} onClose={close} title={open === null ? '' : t(`review.ask.${open}`, { count: ids.length })} closeButtonProps={{ 'aria-label': t('close') }}>
        <form onSubmit={(event) => { event.preventDefault(); submit(); }} onKeyDown={(event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(); }}>
          <Stack>
            {open !== null && <Text size="sm" c="dimmed">{t(`review.means.${open}`)}</Text>}
            <Textarea label={t('review.notes')} value={notes} onChange={(event) => setNotes(event.currentTarget.value)} autosize minRows={3} maxLength={4_000} data-autofocus />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>{t('cancel')}</Button>
              <Button type="submit" loading={isBusy} disabled={open === 'note' && notes === ''}>{t('confirm')}</Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
