import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { de } from './texts/de';
import { en } from './texts/en';

export const LANGUAGES = ['en', 'de'] as const;
const PLACE = 'referrals.language';

const preferred = (): string => {
  const kept = localStorage.getItem(PLACE);
  return kept ?? (navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en');
};

void i18next.use(initReactI18next).init({
  resources: { en: { translation: en }, de: { translation: de } },
  lng: preferred(), fallbackLng: 'en', keySeparator: false, nsSeparator: false, interpolation: { escapeValue: false },
});
const tell = (language: string): void => void (document.documentElement.lang = language);
tell(i18next.language);
i18next.on('languageChanged', (language) => {
  localStorage.setItem(PLACE, language);
  tell(language);
});
