import fc from 'fast-check';
import { CURRENCIES, currencyExponent, isCurrency, isRedeemable, isUnit } from './currency.js';
import { applyBasisPoints, assertAmount, floorBasisPoints, MAX_AMOUNT } from './money.js';

describe('products with basis points', () => {
  it.each([[5, 15_000, 8], [25, 15_000, 38], [10, 15_000, 15], [25, 10_000, 25], [15, 30_000, 45], [1, 4_999, 0], [1, 5_000, 1], [0, 30_000, 0]])(
    '%d × %d is %d, rounded half up', (amount, bp, product) => expect(applyBasisPoints(amount, bp)).toBe(product));

  it.each([[199, 1_000, 19], [9_999, 4_500, 4_499], [9, 1_000, 0], [MAX_AMOUNT, 10_000, MAX_AMOUNT]])(
    '%d × %d is %d, rounded down', (amount, bp, product) => expect(floorBasisPoints(amount, bp)).toBe(product));

  it('are exact where floating point is not', () => {
    fc.assert(
      fc.property(fc.nat(MAX_AMOUNT), fc.nat(10_000), (amount, bp) => {
        const exact = BigInt(amount) * BigInt(bp);
        expect(BigInt(floorBasisPoints(amount, bp))).toBe(exact / 10_000n);
        expect(BigInt(applyBasisPoints(amount, bp))).toBe((exact * 2n + 10_000n) / 20_000n);
      }),
    );
  });

  it('refuse what is no amount', () => {
    for (const amount of [-1, 1.5, NaN, Infinity, MAX_AMOUNT + 1]) expect(() => assertAmount(amount)).toThrow(RangeError);
    expect(() => applyBasisPoints(MAX_AMOUNT, 10_001)).toThrow(RangeError);
  });
});

describe('currencies', () => {
  it.each([['EUR', 2], ['JPY', 0], ['KWD', 3], ['CLF', 4], ['ISK', 0], ['HUF', 2], ['MGA', 2]])('%s has %d digits', (currency, digits) => {
    expect(currencyExponent(currency)).toBe(digits);
  });
  it.each(['eur', 'XXX', 'XAU', 'XTS', 'ABC', '', 'credits', 'constructor'])('%j is none', (text) => {
    expect(isCurrency(text)).toBe(false);
    expect(() => currencyExponent(text)).toThrow(RangeError);
  });
  it('are listed once each', () => {
    expect(new Set(CURRENCIES).size).toBe(CURRENCIES.length);
    expect(CURRENCIES.filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
  });
  it('credits and slots can be redeemed, days are a unit that cannot', () => {
    expect(['credits', 'EUR', 'access_days', 'slots', 'points'].map(isUnit)).toEqual([true, true, true, true, false]);
    expect(['credits', 'EUR', 'access_days', 'slots', 'points'].map(isRedeemable)).toEqual([true, true, false, true, false]);
  });
});
