/** ISO 4217 by number of digits of the minor unit, fund codes included; metals, test codes and `XXX` are no money. */
const BY_EXPONENT: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP
      COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
      KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD
      PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD
      TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const EXPONENTS: ReadonlyMap<string, number> = new Map(
  Object.entries(BY_EXPONENT).flatMap(([exponent, codes]) => codes.split(/\s+/).map((code) => [code, Number(exponent)] as const)),
);

/** Whether a text is the ISO 4217 code of a currency, in capitals. */
export const isCurrency = (code: string): boolean => EXPONENTS.has(code);

/** Digits of the minor unit: EUR 2, JPY 0, KWD 3, CLF 4. Throws a RangeError for anything but a currency. */
export function currencyExponent(code: string): number {
  const exponent = EXPONENTS.get(code);
  if (exponent === undefined) throw new RangeError('unknown currency');
  return exponent;
}

export const CURRENCIES: readonly string[] = [...EXPONENTS.keys()].sort();

/** Units that are not money. */
export const PLAIN_UNITS = ['credits', 'access_days', 'slots'] as const;
export type PlainUnit = (typeof PLAIN_UNITS)[number];

export const isUnit = (unit: string): boolean => (PLAIN_UNITS as readonly string[]).includes(unit) || isCurrency(unit);

/** Whether a host may spend a unit of a user's balance: all but access days, which run by themselves. */
export const isRedeemable = (unit: string): boolean => unit !== 'access_days' && isUnit(unit);
