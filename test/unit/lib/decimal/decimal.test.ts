import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalDecimal, DecimalProblem, DecimalReader, formatDecimal, rescale, SCALE_MAX, toNumber } from '../../../../lib/decimal/decimal.ts';

/** text, scale, expectation: a mantissa, or a problem, or `scale n` for NeedsScale. */
const readings: readonly (readonly [string, number, string])[] = [
  ['0.10', 2, '10'],
  ['0.10', 1, '1'],
  ['0.10', 0, 'scale 1'],
  ['61837.63000000', 2, '6183763'],
  ['61837.63000000', 8, '6183763000000'],
  ['100', 0, '100'],
  ['1e-08', 8, '1'],
  ['1e-08', 2, 'scale 8'],
  ['1E+2', 2, '10000'],
  ['12e-1', 1, '12'],
  ['1200e-2', 0, '12'],
  ['00.5', 1, '5'],
  ['-0.5', 1, '-5'],
  ['-0', 3, '0'],
  ['-0.000', 0, '0'],
  ['0e99', 0, '0'],
  ['', 2, 'malformed'],
  ['-', 2, 'malformed'],
  ['+1', 2, 'malformed'],
  [' 1', 2, 'malformed'],
  ['1 ', 2, 'malformed'],
  ['1.', 2, 'malformed'],
  ['.5', 2, 'malformed'],
  ['.', 2, 'malformed'],
  ['1.5.5', 2, 'malformed'],
  ['0x10', 2, 'malformed'],
  ['1abc', 2, 'malformed'],
  ['1e', 2, 'malformed'],
  ['1e5x', 2, 'malformed'],
  ['e5', 2, 'malformed'],
  ['NaN', 2, 'malformed'],
  ['Infinity', 2, 'malformed'],
  ['1,000', 2, 'malformed'],
  ['１', 2, 'malformed'],
  ['--1', 2, 'malformed'],
  ['1e400', 2, 'out of range'],
  ['1e-400', 2, 'out of range'],
  ['1e99999999999999999999', 2, 'out of range'],
  ['1'.repeat(400), 2, 'out of range'],
  [`0.${'0'.repeat(398)}1`, 2, 'out of range'],
  ['0.0000000000000001', 15, 'out of range'],
  ['0.000000000000001', 15, '1'],
  ['0.000000000000001', 2, 'scale 15'],
  ['123456789012345678901', 0, 'out of range'],
  ['123456789012345678901x', 0, 'malformed'],
  ['1.23456789012345678901', 2, 'out of range'],
  ['9007199254740991', 0, '9007199254740991'],
  ['-9007199254740991', 0, '-9007199254740991'],
  ['9007199254740992', 0, 'out of range'],
  ['9007199254740993', 0, 'out of range'],
  ['90071992547409.91', 2, '9007199254740991'],
  ['90071992547409.92', 2, 'out of range'],
  ['90071992547410', 2, 'out of range'],
  ['1.000000000000000000000000000000', 2, '100'],
  ['1.500000000000000000000000000000', 0, 'scale 1'],
  ['0.000000000000000000000000000000', 0, '0'],
];

describe('DecimalReader', () => {
  it.each(readings)('reads %j at scale %i as %s', (text, scale, expected) => {
    expect(reading(text, scale)).toBe(expected);
  });

  it('gives the canonical text back after reading it at any scale that holds it', () => {
    fc.assert(
      fc.property(decimals(), fc.nat(4), fc.nat(6), ({ value, scale }, zeros, wider) => {
        const canonical = oracle(value, scale);
        const text = withZeros(canonical, zeros);
        const at = Math.min(scale + wider, SCALE_MAX);
        const reader = new DecimalReader();
        if (!reader.read(text, at)) {
          expect(reader.problem).toBe(DecimalProblem.OutOfRange);
          expect(BigInt(Math.abs(value)) * 10n ** BigInt(at - scale) > BigInt(Number.MAX_SAFE_INTEGER)).toBe(true);
          return;
        }
        expect(formatDecimal(reader.mantissa, at)).toBe(canonical);
      }),
    );
  });

  it('tells the least scale that holds a value when it needs a wider one', () => {
    fc.assert(
      fc.property(decimals(), fc.nat(SCALE_MAX), ({ value, scale }, asked) => {
        const canonical = oracle(value, scale);
        const point = canonical.indexOf('.');
        const needed = point < 0 ? 0 : canonical.length - point - 1;
        fc.pre(needed > asked);
        const reader = new DecimalReader();
        expect(reader.read(canonical, asked)).toBe(false);
        expect([reader.problem, reader.scale]).toEqual([DecimalProblem.NeedsScale, needed]);
        expect(reader.read(canonical, needed)).toBe(true);
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(SCALE_MAX), (text, scale) => {
        const reader = new DecimalReader();
        if (reader.read(text, scale)) expect(Number.isSafeInteger(reader.mantissa)).toBe(true);
      }),
    );
  });
});

describe('rescale', () => {
  it.each([
    [5, 1, 3, 500],
    [500, 3, 1, 5],
    [505, 3, 1, Number.NaN],
    [7, 4, 4, 7],
    [-25, 2, 4, -2500],
    [9_007_199_254_740_991, 0, 1, Number.NaN],
    [9_007_199_254_740_991, 1, 0, Number.NaN],
    [9_007_199_254_740_990, 1, 0, 900_719_925_474_099],
    [0, 0, 15, 0],
  ])('moves %i from scale %i to scale %i as %d', (mantissa, from, to, expected) => {
    expect(rescale(mantissa, from, to)).toBe(expected);
  });

  it('loses no digit on any way out and back', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(SCALE_MAX), fc.nat(SCALE_MAX), (mantissa, from, to) => {
        const moved = rescale(mantissa, from, to);
        const exact = to >= from ? BigInt(mantissa) * 10n ** BigInt(to - from) : BigInt(mantissa) / 10n ** BigInt(from - to);
        const isExact = to >= from || BigInt(mantissa) % 10n ** BigInt(from - to) === 0n;
        const fits = isExact && exact <= BigInt(Number.MAX_SAFE_INTEGER) && exact >= -BigInt(Number.MAX_SAFE_INTEGER);
        expect(Number.isNaN(moved)).toBe(!fits);
        if (fits) expect(BigInt(moved)).toBe(exact);
      }),
      { numRuns: 500 },
    );
  });
});

describe('formatDecimal and toNumber', () => {
  it.each([
    [6_160_200, 2, '61602'],
    [-5, 1, '-0.5'],
    [5, 4, '0.0005'],
    [0, 8, '0'],
    [-0, 2, '0'],
    [1000, 0, '1000'],
    [-100, 2, '-1'],
    [9_007_199_254_740_991, 15, '9.007199254740991'],
  ])('writes %d at scale %i as %s', (mantissa, scale, expected) => {
    expect(formatDecimal(mantissa, scale)).toBe(expected);
  });

  it('gives the same double as the language reading the text', () => {
    fc.assert(
      fc.property(decimals(), ({ value, scale }) => {
        expect(toNumber(value, scale)).toBe(Number(formatDecimal(value, scale)));
      }),
    );
  });
});

describe('canonicalDecimal', () => {
  it.each([
    ['0.10', '0.1'],
    ['1e-08', '0.00000001'],
    ['1.5e3', '1500'],
    ['1.23456e2', '123.456'],
    ['12345e-2', '123.45'],
    ['-0.00', '0'],
    ['-12.50', '-12.5'],
    ['007', '7'],
    ['0', '0'],
    ['123456789012345678901234567890.123456789012345678901234567890', '123456789012345678901234567890.12345678901234567890123456789'],
    ['1e-0', '1'],
    ['', null],
    ['.5', null],
    ['1.', null],
    ['1e400', null],
    ['1'.repeat(31), null],
    [' 1', null],
    ['1\n', null],
  ])('makes %j to %j', (text, expected) => {
    expect(canonicalDecimal(text)).toBe(expected);
  });

  it('agrees with whole-number arithmetic for every text it accepts', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(fc.boolean(), digits, fc.option(digits, { nil: '' }), fc.integer({ min: -40, max: 40 }), (isNegative, whole, fraction, exponent) => {
        const text = `${isNegative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}e${exponent}`;
        const scale = fraction.length - exponent;
        const digitsOnly = BigInt(whole + fraction) * (isNegative ? -1n : 1n);
        const expected = scale >= 0 ? oracle(digitsOnly, scale) : oracle(digitsOnly * 10n ** BigInt(-scale), 0);
        expect(canonicalDecimal(text)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});

function reading(text: string, scale: number): string {
  const reader = new DecimalReader();
  if (reader.read(text, scale)) return String(reader.mantissa);
  if (reader.problem === DecimalProblem.NeedsScale) return `scale ${reader.scale}`;
  return reader.problem === DecimalProblem.Malformed ? 'malformed' : 'out of range';
}

function decimals(): fc.Arbitrary<{ value: number; scale: number }> {
  return fc.record({ value: fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -100_000, max: 100_000 })), scale: fc.nat(SCALE_MAX) });
}

/** The canonical text by whole-number arithmetic. */
function oracle(value: bigint | number, scale: number): string {
  const exact = BigInt(value);
  const digits = (exact < 0n ? -exact : exact).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${exact < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

function withZeros(text: string, zeros: number): string {
  if (zeros === 0) return text;
  return `${text}${text.includes('.') ? '' : '.'}${'0'.repeat(zeros)}`;
}
