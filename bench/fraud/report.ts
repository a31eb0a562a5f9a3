import { KINDS, type Kind } from './population.js';

export interface Judged {
  kind: Kind;
  score: number;
}
const BANDS = [['paid at once', 0, 29], ['held 48 h', 30, 59], ['held for a person', 60, 89], ['rejected', 90, 100]] as const;

/** Precision and recall of each band, and where each kind of sign-up ends. */
export function reportOf(judged: readonly Judged[]): string {
  const isFraud = ({ kind }: Judged): boolean => KINDS[kind].isFraud;
  const frauds = judged.filter(isFraud).length;
  const lines = ['| band | score | sign-ups | fraudulent | precision | precision from here on | recall from here on |', '| --- | --- | --- | --- | --- | --- | --- |'];
  for (const [name, from, to] of BANDS) {
    const inside = judged.filter(({ score }) => score >= from && score <= to);
    const beyond = judged.filter(({ score }) => score >= from);
    const found = beyond.filter(isFraud).length;
    lines.push(`| ${name} | ${from}–${to} | ${inside.length} | ${inside.filter(isFraud).length} | ${share(inside.filter(isFraud).length, inside.length)} | ${share(found, beyond.length)} | ${share(found, frauds)} |`);
  }
  lines.push('', `| kind of sign-up | | count | ${BANDS.map(([name]) => name).join(' | ')} |`, `| --- | --- | --- | ${BANDS.map(() => '---').join(' | ')} |`);
  for (const [kind, { isFraud: bad, tells }] of Object.entries(KINDS)) {
    const own = judged.filter((one) => one.kind === kind);
    lines.push(`| ${kind}${bad ? ' (fraud)' : ''} | ${tells} | ${own.length} | ${BANDS.map(([, from, to]) => share(own.filter(({ score }) => score >= from && score <= to).length, own.length)).join(' | ')} |`);
  }
  return lines.join('\n');
}

export const share = (part: number, whole: number): string => (whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`);
