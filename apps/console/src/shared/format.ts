import { useTranslation } from 'react-i18next';
import { useMemo } from 'react';

const OURS = ['credits', 'access_days', 'slots'];

/** Numbers, amounts and times as the viewer writes them, in the viewer's zone. */
export function useFormat() {
  const { t, i18n: { language } } = useTranslation();
  return useMemo(() => {
    const number = new Intl.NumberFormat(language);
    const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
    const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
    const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
    const utcDay = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
    const time = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
    const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
    const money = (minor: number, currency: string): string => {
      const format = new Intl.NumberFormat(language, { style: 'currency', currency });
      return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
    };
    return {
      number: (value: number) => number.format(value),
      compact: (value: number) => compact.format(value),
      percent: (share: number) => percent.format(share),
      /** basis points as a factor: 15000 → ×1.5 */
      factor: (basisPoints: number) => `×${number.format(basisPoints / 10_000)}`,
      amount: (amount: number, unit: string) => (OURS.includes(unit) ? `${number.format(amount)} ${t(`unit.${unit}`, { count: Math.abs(amount) })}` : money(amount, unit)),
      unit: (unit: string) => (OURS.includes(unit) ? t(`unit.${unit}`, { count: 2 }) : unit),
      date: (at: string) => date.format(new Date(at)),
      /** a day of UTC, as statistics count them */
      day: (day: string) => utcDay.format(new Date(`${day}T00:00:00Z`)),
      time: (at: string) => time.format(new Date(at)),
      ago: (at: string, now = Date.now()) => {
        const seconds = Math.round((Date.parse(at) - now) / 1_000);
        const steps = [['day', 86_400], ['hour', 3_600], ['minute', 60]] as const;
        const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? (['second', 1] as const);
        return relative.format(Math.round(seconds / size), unit);
      },
    };
  }, [language, t]);
}
