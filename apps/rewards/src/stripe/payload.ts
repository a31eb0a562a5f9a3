import { currencyExponent, isCurrency } from '@referrals/domain';

/** Part of a Stripe object. What is missing or of another kind than expected reads as null: payloads differ by API version. */
export type Payload = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Payload => typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectAt = (of: Payload | null, ...path: string[]): Payload | null => {
  let value: unknown = of;
  for (const name of path) value = isObject(value) ? value[name] : null;
  return isObject(value) ? value : null;
};

export function textAt(of: Payload | null, name: string): string | null {
  const value = of?.[name];
  return typeof value === 'string' && value !== '' && value.length <= 255 && value.isWellFormed() && !value.includes('\0') ? value : null;
}

export function integerAt(of: Payload | null, name: string): number | null {
  const value = of?.[name];
  return Number.isSafeInteger(value) ? (value as number) : null;
}

/** An id, whether the object is there whole or only by its id. */
export const idAt = (of: Payload | null, name: string): string | null => textAt(of, name) ?? textAt(objectAt(of, name), 'id');

/** The objects of a list, whether it is a Stripe list or a plain array. */
export function listAt(of: Payload | null, name: string): Payload[] {
  const value = of?.[name];
  const items = Array.isArray(value) ? value : objectAt(of, name)?.['data'];
  return Array.isArray(items) ? items.filter(isObject) : [];
}

/** Seconds since 1970 as an instant; ISO 8601 text too. */
export function instantAt(of: Payload | null, name: string): Date | null {
  const seconds = integerAt(of, name);
  const milliseconds = seconds === null ? Date.parse(textAt(of, name) ?? '') : seconds * 1_000;
  return Math.abs(milliseconds) <= LAST_INSTANT ? new Date(milliseconds) : null;
}

const LAST_INSTANT = 253_402_300_799_000; // the end of the year 9999

/** An id that a host's user may have. */
export function userIdAt(of: Payload | null, name: string): string | null {
  const value = textAt(of, name);
  return value !== null && value.length <= 128 && !/\p{Cc}/u.test(value) ? value : null;
}

const STRIPE_ZERO = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ');
const STRIPE_THREE = 'BHD JOD KWD OMR TND'.split(' ');

/**
 * An amount as Stripe counts it, in minor units of ISO 4217: they differ for currencies that lost their minor unit (ISK and UGX come in
 * hundredths) and for the ariary (which comes whole). Null for what is no amount.
 */
export function amountIn(currency: string, amount: number | null): number | null {
  if (amount === null || amount < 0 || !isCurrency(currency)) return null;
  const digits = STRIPE_ZERO.includes(currency) ? 0 : STRIPE_THREE.includes(currency) ? 3 : 2;
  const shift = currencyExponent(currency) - digits;
  const scaled = shift >= 0 ? BigInt(amount) * 10n ** BigInt(shift) : BigInt(amount) / 10n ** BigInt(-shift);
  return scaled <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(scaled) : null;
}
