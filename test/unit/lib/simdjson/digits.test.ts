import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalDecimal } from '../../../../lib/decimal/decimal.ts';
import { Desk, WAYS } from './desk.ts';

/** A decimal without exponent, by its text alone: `-1.50e1` is `-15.0`; zeros at the end stay, the sign of a zero goes. */
function plain(text: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text)!;
  const point = whole!.length + Number(exponent);
  const digits = `${'0'.repeat(Math.max(-point, 0))}${whole}${fraction}`.padEnd(point, '0');
  const before = digits.slice(0, Math.max(point, 0)).replace(/^0+(?=\d)/, '');
  const behind = digits.slice(Math.max(point, 0));
  const isZero = /^0*$/.test(digits);
  return `${isZero ? '' : sign}${before === '' ? '0' : before}${behind === '' ? '' : `.${behind}`}`;
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const digitCount = (text: string): number => plain(text).replace(/\D/g, '').replace(/^0+/, '').length;

const sign = fc.constantFrom('', '-');
const exponent = fc.constantFrom('', '', '', 'e0', 'e3', 'E+2', 'e-1', 'e-5');
const written = (digitsMax: number): fc.Arbitrary<string> =>
  fc
    .tuple(sign, fc.stringMatching(new RegExp(`^(0|[1-9]\\d{0,${digitsMax - 1}})$`)), fc.stringMatching(new RegExp(`^\\d{0,${digitsMax}}$`)), exponent)
    .map(([minus, whole, fraction, power]) => `${minus}${whole}${fraction === '' ? '' : `.${fraction}`}${power}`);

describe.each(WAYS)('%s', (_, forceFallback) => {
  const desk = new Desk({ object: { name: 'test', keys: { d: { decimal: 3 }, i: { integer: 4 }, each: { each: { name: 'each', keys: { d: { decimal: 3 } } } } } } }, forceFallback);
  /** As text and as number: the same. */
  const digitsOf = (text: string, key = 'd'): string => {
    expect(desk.decode(`{"${key}":"${text}"}`)).toBe('Ok');
    const slot = key === 'd' ? 3 : 4;
    const digits = desk.decoder.digits(0, slot);
    expect(desk.decode(`{"${key}":${text}}`)).toBe('Ok');
    expect(desk.decoder.digits(0, slot)).toBe(digits);
    return digits;
  };

  test.each([
    ['61837.63', '61837.63'],
    ['0.00100000', '0.00100000'],
    ['-0.5', '-0.5'],
    ['-5', '-5'],
    ['0', '0'],
    ['-0', '0'],
    ['-0.00', '0.00'],
    ['1e5', '100000'],
    ['1.50e1', '15.0'],
    ['1e-8', '0.00000001'],
    ['9007199254740993', '9007199254740993'],
    ['-9223372036854775807', '-9223372036854775807'],
    ['9223372036854775.807', '9223372036854775.807'],
    ['0.1234567890123456789', '0.1234567890123456789'],
    ['1000000000000.00000000', '1000000000000.000'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['12345678901234567890', '12345678901234567890'],
    ['0.12345678901234567891', '0.12345678901234567891'],
    ['-1e400', '-1e400'],
  ])('%s is %s', (text, expected) => {
    expect(digitsOf(text)).toBe(expected);
  });

  test.each(['0', '-1', '12345', '9007199254740993', '-9223372036854775807', '123456789012345678901234567890'])('the integer %s is itself', (text) => {
    expect(digitsOf(text, 'i')).toBe(text);
  });

  test('of any decimal up to 2^53: the text of the frame without exponent, zeros at the end included', () => {
    fc.assert(
      fc.property(written(8), (text) => {
        if (digitCount(text) <= 15) expect(digitsOf(text)).toBe(plain(text));
      }),
      { numRuns: 1_000 },
    );
  });

  test('of any longer decimal: the same value, exact, or the very text where no 63 bits hold it', () => {
    fc.assert(
      fc.property(written(19), (text) => {
        const digits = digitsOf(text);
        if (desk.decoder.isExact(0, 3)) expect(withoutZeros(digits)).toBe(withoutZeros(plain(text)));
        else expect(digits).toBe(text);
        if (digitCount(text) <= 18) expect(desk.decoder.isExact(0, 3)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('lib/decimal takes them as it takes the text of the frame', () => {
    fc.assert(fc.property(written(12), (text) => void expect(canonicalDecimal(digitsOf(text))).toBe(canonicalDecimal(text))), { numRuns: 500 });
  });

  test('every record has its own', () => {
    expect(desk.decode('{"d":1.50,"each":[{"d":"-2.5"},{"d":1e30},{"d":"0.10"}]}')).toBe('Ok');
    expect([0, 1, 2, 3].map((record) => desk.decoder.digits(record, 3))).toEqual(['1.50', '-2.5', '1e30', '0.10']);
  });
});
