import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecimalProblem, DecimalReader } from '../../../../lib/decimal/decimal.ts';
import { Scaled } from '../../../../lib/simdjson/scaled.ts';
import { Side } from '../../../../lib/simdjson/schema.ts';
import { Desk, WAYS } from './desk.ts';

const decimal = fc.tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 10n ** 17n }), fc.stringMatching(/^\d{0,17}$/), fc.constantFrom('', 'e-3', 'E+2')).map(([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}${exponent}`);

describe.each(WAYS)('%s', (_, forceFallback) => {
  const desk = new Desk({ object: { name: 'test', keys: { b: { levels: Side.Bid }, d: { decimal: 0 } } } }, forceFallback);
  const { bids } = desk.decoder;

  test('levels at the scales of an instrument', () => {
    desk.decode('{"b":[["61837.60000000","0.5"],[61838,"1.25"],["0.1","0"]]}');
    expect(bids.rescale(1, 2)).toBe(Scaled.Ok);
    expect([...bids.ownPrices.subarray(0, 3)]).toEqual([618_376, 618_380, 1]);
    expect([...bids.ownQuantities.subarray(0, 3)]).toEqual([50, 125, 0]);
  });

  test('a long quantity of zeros fits the scale of its instrument, in a slot as in a level', () => {
    expect(desk.decode('{"b":[["1234567890.00000000","12345678901.000000000000"]],"d":"1234567890.00000000"}')).toBe('Ok');
    expect(bids.rescale(2, 0)).toBe(Scaled.Ok);
    expect([bids.ownPrices[0], bids.ownQuantities[0], desk.decoder.mantissaAt(0, 0, 2)]).toEqual([123_456_789_000, 12_345_678_901, 123_456_789_000]);
  });

  test.each([
    ['"61837.63","1"', 1, 0, Scaled.NeedsScale, 2, false],
    ['"1","0.125"', 0, 2, Scaled.NeedsScale, 3, true],
    ['"1","0.00000000000000012"', 0, 8, Scaled.OutOfRange, -1, true],
    ['"90071992547409930","1"', 0, 0, Scaled.OutOfRange, -1, false],
    ['"9007199254740991","1"', 2, 0, Scaled.OutOfRange, -1, false],
    ['"9007199254740992","1"', 0, 0, Scaled.OutOfRange, -1, false],
    ['"1e400","1"', 0, 0, Scaled.OutOfRange, -1, false],
  ])('%s at %i and %i cannot be', (level, priceScale, quantityScale, expected, needed, isQuantity) => {
    expect(desk.decode(`{"b":[[${level}]]}`)).toBe('Ok');
    expect(bids.rescale(priceScale, quantityScale)).toBe(expected);
    expect([bids.scaleNeeded, bids.isQuantity]).toEqual([needed, isQuantity]);
  });

  test.each([
    ['["1.5","1"],["1.25","1"],["1.125","1"]', 1, 0, 1, false, 2],
    ['["1.5","1"],["1.5","0.5"]', 1, 0, 1, true, 1],
    ['["1.25","0.5"]', 0, 0, 0, false, 2],
    ['["1","2"],["3","4"],["5","1e30"]', 0, 0, 2, true, -1],
    ['["1","0.00000000"],["90071992547","0.10"]', 5, 0, 1, true, 1],
    ['["0.10000000","1"],["90071992547","1"]', 8, 0, 1, false, -1],
  ])('of %s at %i and %i, the first that does not fit is said: level %i, its quantity %s, and a scale of %i would do', (levels, priceScale, quantityScale, misfit, isQuantity, needed) => {
    expect(desk.decode(`{"b":[${levels}]}`)).toBe('Ok');
    expect(bids.rescale(priceScale, quantityScale)).toBe(needed < 0 ? Scaled.OutOfRange : Scaled.NeedsScale);
    expect([bids.misfit, bids.isQuantity, bids.scaleNeeded]).toEqual([misfit, isQuantity, needed]);
  });

  test('scales that grow by what is needed end with levels that fit, or with a value that fits none', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(decimal, decimal), { minLength: 1, maxLength: 6 }), (levels) => {
        expect(desk.decode(`{"b":[${levels.map(([price, quantity]) => `["${price}","${quantity}"]`).join(',')}]}`)).toBe('Ok');
        let [priceScale, quantityScale] = [0, 0];
        let answer = bids.rescale(priceScale, quantityScale);
        for (let rounds = 0; answer === Scaled.NeedsScale; rounds += 1) {
          expect(rounds).toBeLessThan(2 * 15);
          expect(bids.scaleNeeded).toBeGreaterThan(bids.isQuantity ? quantityScale : priceScale);
          if (bids.isQuantity) quantityScale = bids.scaleNeeded;
          else priceScale = bids.scaleNeeded;
          answer = bids.rescale(priceScale, quantityScale);
        }
        if (answer === Scaled.Ok) return;
        const { misfit, isQuantity } = bids;
        expect(bids.scaleNeeded).toBe(-1);
        const value = (isQuantity ? bids.quantityMantissas : bids.priceMantissas)[misfit]!;
        const decimals = (isQuantity ? quantityScale : priceScale) - bids.scales[misfit * 2 + (isQuantity ? 1 : 0)]!;
        expect(Math.abs(value * 10 ** decimals) < Number.MAX_SAFE_INTEGER && decimals >= 0).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test('any decimal is rescaled as lib/decimal reads it, as long as its own mantissa is within 2^53', () => {
    const reader = new DecimalReader();
    fc.assert(
      fc.property(decimal, fc.integer({ min: 0, max: 15 }), (text, scale) => {
        expect(desk.decode(`{"b":[["${text}","0"]],"d":"${text}"}`)).toBe('Ok');
        const answer = bids.rescale(scale, 0);
        const isRead = reader.read(text, scale);
        // The reader gives up at 2^53 while it reads, also where the exponent or zeros at the end would bring it back.
        if (Number.isNaN(bids.priceMantissas[0]) || (reader.problem === DecimalProblem.OutOfRange && text.replace(/e.*|\D/gi, '').length > 15)) return;
        expect(answer === Scaled.Ok).toBe(isRead);
        if (isRead) {
          expect(bids.ownPrices[0]! + 0).toBe(reader.mantissa + 0);
          expect(desk.decoder.mantissaAt(0, 0, scale) + 0).toBe(reader.mantissa + 0);
        } else if (reader.problem === DecimalProblem.NeedsScale) {
          expect([answer, bids.scaleNeeded]).toEqual([Scaled.NeedsScale, reader.scale]);
          expect([desk.decoder.mantissaAt(0, 0, scale), desk.decoder.scaleNeeded]).toEqual([Number.NaN, reader.scale]);
        } else {
          expect(answer).toBe(Scaled.OutOfRange);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
