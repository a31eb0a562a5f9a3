import type { ClientContext } from '@referrals/contracts';
import type { Transaction } from '@referrals/persistence';
import { RE2JS } from 're2js';

const LOAD = `select id, pattern_value as "patternValue" from pattern where pattern_type = 'device_pattern' order by id`;

/** Longer ones are refused: what a pattern costs grows with it. */
export const DEVICE_PATTERN_LENGTH = 512;

/** Regular expressions over user agents and devices, in an engine whose time grows with the text alone, whatever the pattern. */
export class DevicePatterns {
  private constructor(private readonly compiled: { id: string; expression: RE2JS }[]) {}

  static of(patterns: { id: string; patternValue: string }[]): DevicePatterns {
    return new DevicePatterns(patterns.map(({ id, patternValue }) => ({ id, expression: RE2JS.compile(patternValue) })));
  }

  /** Those that are switched off as well: what they match is kept, so that switching one on takes no second look. */
  static async load(tx: Transaction): Promise<DevicePatterns> {
    return DevicePatterns.of(await tx.rows<{ id: string; patternValue: string }>(LOAD));
  }

  /** @returns ids of the patterns found anywhere in the user agent or in the device's id */
  matching({ userAgent, deviceId }: ClientContext): string[] {
    const texts = [userAgent, deviceId].filter((text) => text !== undefined);
    return this.compiled.filter(({ expression }) => texts.some((text) => expression.matcher(text).find())).map(({ id }) => id);
  }
}

/** Look-around and back-references are refused: no engine runs them in linear time. @returns what is wrong, null when nothing is */
export function devicePatternProblem(value: string): string | null {
  if (value.length > DEVICE_PATTERN_LENGTH) return `at most ${DEVICE_PATTERN_LENGTH} characters`;
  try {
    RE2JS.compile(value);
    return null;
  } catch {
    return 'not a regular expression of RE2';
  }
}
