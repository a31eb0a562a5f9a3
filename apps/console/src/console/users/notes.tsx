import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { fraud } from '@referrals/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct, usePages } from '../../shared/api';
import { Panel, When } from '../../shared/parts';
import { Empty, Failure, Loading } from '../../shared/states';

/** What operators noted about a user. */
export function Notes({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const [body, setBody] = useState('');
  const pages = usePages(fraud.listUserNotes, { userId, limit: 25 });
  const add = useAct(fraud.noteUser, { done: t('review.noted'), after: () => setBody('') });
  return (
    <Panel title={t('user.notes')}>
      <Stack>
        <form onSubmit={(event) => { event.preventDefault(); add.mutate({ userId, body }); }}>
          <Group align="flex-end"><Textarea label={t('user.notes.new')} value={body} onChange={(event) => setBody(event.currentTarget.value)} flex={1} miw={220} autosize maxLength={4_000} /><Button type="submit" disabled={body.trim() === ''} loading={add.isPending}>{t('save')}</Button></Group>
        </form>
        {pages.isPending ? <Loading lines={2} /> : pages.error && pages.rows.length === 0 ? <Failure error={pages.error} retry={pages.retry} /> : pages.rows.length === 0 ? <Empty title={t('user.notes.none')} hint={t('user.notes.none.hint')} /> : pages.rows.map(({ id, actor, body: text, createdAt }) => (
          <div key={id}><Text size="sm" className="wide">{text}</Text><Text size="xs" c="dimmed" component="div">{actor} · <When at={createdAt} /></Text></div>
        ))}
        {pages.more && <Button variant="default" size="xs" onClick={pages.more} loading={pages.isMore}>{t('more')}</Button>}
      </Stack>
    </Panel>
  );
}
