import { Anchor, Text } from '@mantine/core';
import { relationships } from '@referrals/contracts';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useApi, usePages } from '../../shared/api';
import { Panel, Status, When } from '../../shared/parts';
import { Rows } from '../../shared/rows';
import { Empty } from '../../shared/states';

export function Referrals({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const pages = usePages(relationships.listReferrals, { userId, limit: 25 });
  const own = useApi(relationships.getReferralOf, { userId });
  const hint = own.data ? t('user.broughtBy', { who: own.data.referrerId }) : undefined;
  return (
    <Panel title={t('user.referrals')} {...(hint !== undefined && { hint })}>
      <Rows label={t('user.referrals')} pages={pages} idOf={({ id }) => id} empty={<Empty title={t('user.referrals.none')} hint={t('user.referrals.none.hint')} />} columns={[
        { head: t('review.referee'), cell: ({ refereeId, sourceAppId }) => <><Anchor component={Link} to={`/users/${encodeURIComponent(refereeId)}`} size="sm" className="wide">{refereeId}</Anchor><Text size="xs" c="dimmed">{sourceAppId}</Text></> },
        { head: t('user.stage'), cell: ({ stage }) => <Status word={stage} /> },
        { head: t('overview.date'), cell: ({ registeredAt }) => <When at={registeredAt} />, wide: true },
        { head: t('review.score'), cell: ({ fraudScore }) => fraudScore ?? '–', right: true, wide: true },
        { head: t('user.bonuses'), right: true, cell: ({ id, refereeId }) => <Anchor component={Link} to={{ search: `?referral=${id}` }} size="sm" aria-label={t('user.bonuses.showOf', { who: refereeId })}>{t('user.bonuses.show')}</Anchor> },
      ]} />
    </Panel>
  );
}
