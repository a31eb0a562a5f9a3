import { me } from '@referrals/contracts';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProvider, clientOf } from '../shared/api';
import { keepSession, readSession, type Session } from '../shared/session';
import { SignIn } from '../shared/sign-in';
import { Home } from './home';

const PLACE = 'referrals.portal';

/** The host hands its token over behind the `#`, which no server ever sees; it leaves the address bar at once. */
function sessionFromAddress(): Session | null {
  const key = new URLSearchParams(location.hash.slice(1)).get('token');
  if (key === null) return null;
  history.replaceState(null, '', location.pathname + location.search);
  const session = { key, name: '' };
  keepSession(PLACE, session);
  return session;
}

/** The referrers' page. */
export function App() {
  const { t } = useTranslation();
  const [session, setSession] = useState(() => sessionFromAddress() ?? readSession(PLACE));
  const keep = (next: Session | null): void => {
    keepSession(PLACE, next);
    setSession(next);
  };
  const api = useMemo(() => session && { client: clientOf(session.key), session, signOut: () => keep(null) }, [session]);
  if (!api) return <SignIn title={t('portal.title')} hint={t('portal.signin.hint')} keyLabel={t('portal.token')} check={(key) => clientOf(key).call(me.tier, {})} onDone={keep} />;
  return <ApiProvider value={api}><Home /></ApiProvider>;
}
