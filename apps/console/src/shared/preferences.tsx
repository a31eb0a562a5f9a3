import { ActionIcon, Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconLanguage, IconMoon, IconSun } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { LANGUAGES } from './language';

const NAMES: Record<string, string> = { en: 'English', de: 'Deutsch' };

/** Language, and dark or light. */
export function Preferences() {
  const { t, i18n } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target><ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('language')}><IconLanguage size={20} /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          {LANGUAGES.map((language) => (
            <Menu.Item key={language} lang={language} onClick={() => void i18n.changeLanguage(language)} fw={i18n.language === language ? 700 : 400}>{NAMES[language]}</Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t(scheme === 'dark' ? 'light' : 'dark')} onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}>
        {scheme === 'dark' ? <IconSun size={20} /> : <IconMoon size={20} />}
      </ActionIcon>
    </>
  );
}
