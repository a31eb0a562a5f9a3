import { Button, Group, TextInput } from '@mantine/core';
import { codes } from '@referrals/contracts';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useClient, useProblemText } from '../../shared/api';
import { Page, Panel } from '../../shared/parts';
import { TopReferrers } from '../overview/top-referrers';

/** Finds a user by the host's id, or by a code. */
export default function Users() {
  const { t } = useTranslation();
  const { client } = useClient();
  const navigate = useNavigate();
  const problemText = useProblemText();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const find = async (byCode: boolean): Promise<void> => {
    const wanted = text.trim();
    if (wanted === '') return;
    if (!byCode) return void navigate(`/users/${encodeURIComponent(wanted)}`);
    try {
      const { data: [found] } = await client.call(codes.search, { code: wanted, limit: 1 });
      if (found) await navigate(`/users/${encodeURIComponent(found.userId)}`);
      else setProblem(t('console.search.none'));
    } catch (error) {
      setProblem(problemText(error as Error));
    }
  };
  return (
    <Page title={t('nav.users')} hint={t('user.find.hint')}>
      <Panel>
        <form onSubmit={(event) => { event.preventDefault(); void find(false); }}>
          <Group align="flex-end">
            <TextInput flex={1} miw={220} label={t('console.search.hint')} value={text} error={problem} leftSection={<IconSearch size={16} />}
              onChange={(event) => { setText(event.currentTarget.value); setProblem(null); }} />
            <Button type="submit">{t('user.byId')}</Button>
            <Button variant="default" onClick={() => void find(true)}>{t('user.byCode')}</Button>
          </Group>
        </form>
      </Panel>
      <TopReferrers />
    </Page>
  );
}
