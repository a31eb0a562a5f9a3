import { currencyExponent } from '@referrals/domain';

export type Locale = 'en' | 'de' | 'ru';

/** What a message is made of. Amounts in minor units; a name is as short as strangers may see it. */
export interface Notice {
  kind: 'registration' | 'trial' | 'payment';
  name: string | null;
  trialDays?: number | null;
  payment?: { amount: number; currency: string; periodDays: number | null; cashback: number };
  progress?: { paidReferees: number; level: number; nextLevelAt: number | null };
}

export interface Message {
  title: string;
  text: string;
}

interface Words {
  somebody: string;
  titles: Record<Notice['kind'], string>;
  registration: (name: string) => string;
  trial: (name: string, days: string | null) => string;
  payment: (name: string, amount: string, days: string | null) => string;
  cashback: (amount: string) => string;
  next: (missing: number, level: number) => string;
  top: string;
  days: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
}

const WORDS: Record<Locale, Words> = {
  en: {
    somebody: 'Somebody',
    titles: { registration: 'A new referral', trial: 'A trial has begun', payment: 'You earned cashback' },
    registration: (name) => `${name} signed up with your code.`,
    trial: (name, days) => (days ? `${name} started a trial of ${days}.` : `${name} started a trial.`),
    payment: (name, amount, days) => (days ? `${name} paid ${amount} for ${days}.` : `${name} paid ${amount}.`),
    cashback: (amount) => `Your cashback: ${amount}.`,
    next: (missing, level) => `Paying referrals still missing for level ${level}: ${missing}.`,
    top: 'You have reached the highest level.',
    days: { one: 'day', other: 'days' },
  },
  de: {
    somebody: 'Jemand',
    titles: { registration: 'Eine neue Empfehlung', trial: 'Eine Probezeit hat begonnen', payment: 'Du hast Cashback bekommen' },
    registration: (name) => `${name} hat sich mit deinem Code angemeldet.`,
    trial: (name, days) => (days ? `${name} testet das Produkt für ${days}.` : `${name} hat eine Probezeit begonnen.`),
    payment: (name, amount, days) => (days ? `${name} hat ${amount} für ${days} bezahlt.` : `${name} hat ${amount} bezahlt.`),
    cashback: (amount) => `Dein Cashback: ${amount}.`,
    next: (missing, level) => `Bis Stufe ${level} fehlen noch zahlende Empfehlungen: ${missing}.`,
    top: 'Du hast die höchste Stufe erreicht.',
    days: { one: 'Tag', other: 'Tage' },
  },
  ru: {
    somebody: 'Кто-то',
    titles: { registration: 'Новое приглашение', trial: 'Начался пробный период', payment: 'Вам начислен кэшбэк' },
    registration: (name) => `Регистрация по вашему коду: ${name}.`,
    trial: (name, days) => (days ? `Начат пробный период на ${days}: ${name}.` : `Начат пробный период: ${name}.`),
    payment: (name, amount, days) => (days ? `Оплата ${amount} за ${days}: ${name}.` : `Оплата ${amount}: ${name}.`),
    cashback: (amount) => `Ваш кэшбэк: ${amount}.`,
    next: (missing, level) => `До уровня ${level} осталось платящих приглашённых: ${missing}.`,
    top: 'Вы достигли высшего уровня.',
    days: { one: 'день', few: 'дня', many: 'дней', other: 'дня' },
  },
};

/** The one place where messages to referrers are worded. */
export function formatMessage(notice: Notice, locale: Locale): Message {
  const words = WORDS[locale];
  const name = notice.name ?? words.somebody;
  const sentences = { registration: () => [words.registration(name)], trial: () => [words.trial(name, days(notice.trialDays, locale))], payment: () => payment(notice, name, locale) };
  // a name may bring a full stop of its own
  return { title: words.titles[notice.kind], text: sentences[notice.kind]().join(' ').replaceAll('..', '.') };
}

function payment({ payment: paid, progress }: Notice, name: string, locale: Locale): string[] {
  const words = WORDS[locale];
  if (!paid) throw new RangeError('a message about a payment needs it');
  const sentences = [
    words.payment(name, money(paid.amount, paid.currency, locale), days(paid.periodDays, locale)),
    words.cashback(money(paid.cashback, paid.currency, locale)),
  ];
  if (progress) sentences.push(progress.nextLevelAt === null ? words.top : words.next(progress.nextLevelAt - progress.paidReferees, progress.level + 1));
  return sentences;
}

function days(count: number | null | undefined, locale: Locale): string | null {
  if (count === null || count === undefined) return null;
  const forms = WORDS[locale].days;
  return `${new Intl.NumberFormat(locale).format(count)} ${forms[new Intl.PluralRules(locale).select(count)] ?? forms.other}`;
}

/** From the digits, so that no amount is too large or rounded. */
function money(minor: number, currency: string, locale: Locale): string {
  const exponent = currencyExponent(currency);
  const digits = String(minor).padStart(exponent + 1, '0');
  const decimal = exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, minimumFractionDigits: exponent, maximumFractionDigits: exponent });
  return format.format(decimal as `${number}`);
}
