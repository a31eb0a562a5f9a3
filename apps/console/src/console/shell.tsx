import { ActionIcon, Anchor, AppShell, Burger, Group, NavLink, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAffiliate, IconChartBar, IconCirclesRelation, IconClipboardCheck, IconClock, IconHistory, IconKey, IconLogout, IconMailX, IconRadar2, IconSettings, IconTicket, IconUser, IconWebhook,
} from '@tabler/icons-react';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useLocation } from 'react-router';
import { useClient } from '../shared/api';
import { Preferences } from '../shared/preferences';
import { Loading } from '../shared/states';

const PLACES = [
  ['/', 'nav.overview', IconChartBar], ['/reviews', 'nav.reviews', IconClipboardCheck], ['/users', 'nav.users', IconUser], ['/codes', 'nav.codes', IconTicket],
  ['/patterns', 'nav.patterns', IconRadar2], ['/rings', 'nav.rings', IconCirclesRelation], ['/programme', 'nav.programme', IconSettings], ['/jobs', 'nav.jobs', IconClock], ['/webhooks', 'nav.webhooks', IconWebhook],
  ['/dead-letters', 'nav.deadletters', IconMailX], ['/keys', 'nav.keys', IconKey], ['/audit', 'nav.audit', IconHistory],
] as const;

/** Header, navigation, and the page between them. */
export function Shell() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const { signOut } = useClient();
  const [isOpen, { toggle, close }] = useDisclosure();
  const isHere = (path: string): boolean => (path === '/' ? pathname === '/' : pathname.startsWith(path));
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !isOpen } }} padding="lg">
      <AppShell.Header>
        <Anchor href="#content" className="skip">{t('console.skip')}</Anchor>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('console.menu')} />
            <IconAffiliate size={24} color="var(--mantine-primary-color-filled)" aria-hidden />
            <Text fw={700} visibleFrom="xs">{t('console.title')}</Text>
          </Group>
          <Group gap={4} wrap="nowrap">
            <Preferences />
            <Tooltip label={t('signin.out')}><ActionIcon variant="subtle" color="gray" size="lg" onClick={signOut} aria-label={t('signin.out')}><IconLogout size={20} /></ActionIcon></Tooltip>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('console.menu')}>
        {PLACES.map(([path, name, Icon]) => (
          <NavLink key={path} component={Link} to={path} label={t(name)} leftSection={<Icon size={18} aria-hidden />} active={isHere(path)} onClick={close}
            {...(isHere(path) && { 'aria-current': 'page' as const })} variant="light" style={{ borderRadius: 8 }} />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Suspense fallback={<Loading />}><Outlet /></Suspense>
      </AppShell.Main>
    </AppShell>
  );
}
