import { apiKeys } from '@referrals/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router';
import { ApiProvider, clientOf } from '../shared/api';
import { keepSession, readSession, type Session } from '../shared/session';
import { SignIn } from '../shared/sign-in';
import { Shell } from './shell';

const PLACE = 'referrals.console';
const PAGES = {
  '/': lazy(() => import('./overview/overview')), '/reviews/:reviewId?': lazy(() => import('./reviews/reviews')), '/users': lazy(() => import('./users/users')), '/users/:userId': lazy(() => import('./users/user')),
  '/codes': lazy(() => import('./codes/codes')), '/patterns': lazy(() => import('./patterns/patterns')), '/rings': lazy(() => import('./rings/rings')), '/programme': lazy(() => import('./programme/programme')), '/jobs': lazy(() => import('./jobs/jobs')),
  '/webhooks': lazy(() => import('./webhooks/webhooks')), '/dead-letters': lazy(() => import('./operations/dead-letters')), '/keys': lazy(() => import('./keys/keys')), '/audit': lazy(() => import('./operations/audit-log')),
};

/** The operators' page. */
export function App() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [session, setSession] = useState(() => readSession(PLACE));
  const keep = useCallback((next: Session | null): void => {
    keepSession(PLACE, next);
    if (next === null) queries.clear();
    setSession(next);
  }, [queries]);
  const api = useMemo(() => session && { client: clientOf(session.key), session, signOut: () => keep(null) }, [session, keep]);
  if (!api) {
    const check = (key: string) => clientOf(key).call(apiKeys.list, { limit: 1 });
    return <SignIn title={t('console.title')} hint={t('console.signin.hint')} keyLabel={t('console.key')} asksName check={check} onDone={keep} />;
  }
  return (
    <ApiProvider value={api}>
      <BrowserRouter basename="/console">
        <Routes>
          <Route element={<Shell />}>
            {Object.entries(PAGES).map(([path, Element]) => <Route key={path} path={path} element={<Element />} />)}
            <Route path="*" element={<Navigate to="/" replace />} />
          </Route>
        </Routes>
      </BrowserRouter>
    </ApiProvider>
  );
}
