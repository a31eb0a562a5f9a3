import { customCodeProblem, isReserved } from '@referrals/domain';
import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';

const profanity = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });

/** Why a text may not be chosen as a code; read with its dashes as spaces and without them, as people will read it. */
export function chosenTextProblem(text: string, reservedWords: string[]): 'invalid_format' | 'reserved' | null {
  if (customCodeProblem(text) !== null) return 'invalid_format';
  if (isReserved(text, reservedWords)) return 'reserved';
  return [text.replaceAll('-', ' '), text.replaceAll('-', '')].some((reading) => profanity.hasMatch(reading)) ? 'reserved' : null;
}
