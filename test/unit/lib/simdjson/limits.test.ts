import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../../lib/simdjson/decoder.ts';
import { ATOMS_MAX, FALLBACK_LEVELS_MAX, INPUT_BYTES_MAX, LEVELS_MAX, RECORDS_MAX } from '../../../../lib/simdjson/limits.ts';
import { Scaled } from '../../../../lib/simdjson/scaled.ts';
import { Side, type ObjectSchema, type Rules } from '../../../../lib/simdjson/schema.ts';
import { Status } from '../../../../lib/simdjson/status.ts';
import { Desk, shown, WAYS } from './desk.ts';

const rules: Rules = { object: { name: 'test', keys: { x: { integer: 0 }, t: { text: 1 }, b: { levels: Side.Bid }, many: { each: { name: 'one', keys: { y: { integer: 0 } } } } } } };

describe.each(WAYS)('%s', (way, forceFallback) => {
  const isKernel = way === 'kernel';

  test('8 MiB are for the kernel, one byte more is for the fallback', () => {
    const desk = new Desk(rules, forceFallback);
    const frameOf = (bytes: number): string => `{"x":7,"t":"${'a'.repeat(bytes - 15)}"}`.padEnd(bytes);
    const exactly = frameOf(INPUT_BYTES_MAX);
    expect(exactly).toHaveLength(INPUT_BYTES_MAX);
    expect(desk.decode(exactly)).toBe('Ok');
    expect(desk.kernelReason).toBe(isKernel ? 'None' : 'NoKernel');
    expect(desk.decode(frameOf(INPUT_BYTES_MAX + 1))).toBe('Ok');
    expect(desk.kernelReason).toBe(isKernel ? 'Bytes' : 'NoKernel');
    expect(desk.number(0)).toBe('7 = 7 at 0');
    expect(desk.decoder.text(0, 1)).toHaveLength(INPUT_BYTES_MAX + 1 - 15);
  });

  test('65,536 levels a side are for the kernel, more go to larger columns, and back', () => {
    const desk = new Desk(rules, forceFallback);
    const levelsOf = (count: number): string => `{"b":[${Array.from({ length: count }, (_, i) => `["${i}.5","1"]`).join(',')}]}`;
    for (const count of [LEVELS_MAX, LEVELS_MAX + 1, 3]) {
      expect(desk.decode(levelsOf(count))).toBe('Ok');
      const { bids } = desk.decoder;
      expect(desk.kernelReason).toBe(!isKernel ? 'NoKernel' : count > LEVELS_MAX ? 'Levels' : 'None');
      expect([bids.count, bids.prices[0], bids.prices[count - 1], bids.priceMantissas[count - 1]]).toEqual([count, 0.5, count - 0.5, count * 10 - 5]);
      expect(bids.rescale(2, 0)).toBe(Scaled.Ok);
      expect(bids.ownPrices[count - 1]).toBe(count * 100 - 50);
    }
    expect(desk.decode(levelsOf(FALLBACK_LEVELS_MAX + 1))).toBe('TooBig Levels');
    expect(desk.decoder.fault()).toBe('more than 1048576 price levels on a side');
  });

  test('64 brackets may be open, 65 may not, in what is read and in what is skipped', () => {
    const nested = (schema: ObjectSchema, depth: number): ObjectSchema => (depth === 0 ? schema : { name: `at ${depth}`, keys: { k: { object: nested(schema, depth - 1) } } });
    const desk = new Desk({ object: nested({ name: 'last', keys: { x: { integer: 0 }, b: { levels: Side.Bid } } }, 62) }, forceFallback);
    const frameOf = (inner: string, depth: number): string => `${'{"k":'.repeat(depth)}${inner}${'}'.repeat(depth)}`;
    expect(desk.decode(frameOf('{"x":1}', 62))).toBe('Ok');
    expect(desk.number(0)).toBe('1 = 1 at 0');
    expect(desk.decode(frameOf('{"b":[]}', 62))).toBe('Ok');
    expect(desk.decode(frameOf('{"b":[[1,2]]}', 62))).toBe('Bad Depth');
    expect(desk.decode(frameOf('{"z":{}}', 62))).toBe('Ok');
    expect(desk.decode(frameOf('{"z":[[]]}', 62))).toBe('Bad Depth');
    const plain = new Desk(rules, forceFallback);
    const skipped = (depth: number): string => `{"z":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(plain.decode(skipped(63))).toBe('Ok');
    expect(plain.decode(skipped(64))).toBe('Bad Depth');
    expect(plain.decode(skipped(1_000_000))).toBe('Bad Depth');
    expect(plain.decode('['.repeat(4_000_000))).toMatch(/^Bad (Depth|Form)$/);
  });

  test('2,048 records with the root, and no more', () => {
    const desk = new Desk(rules, forceFallback);
    const frameOf = (count: number): string => `{"many":[${Array.from({ length: count }, (_, i) => `{"y":${i}}`).join(',')}]}`;
    expect(desk.decode(frameOf(RECORDS_MAX - 1))).toBe('Ok');
    expect(desk.number(0, RECORDS_MAX - 1)).toBe(`${RECORDS_MAX - 2} = ${RECORDS_MAX - 2} at 0`);
    expect(desk.decode(frameOf(RECORDS_MAX))).toBe('TooBig Records');
    expect(desk.decoder.fault()).toBe('more than 2048 records');
  });

  test('more long doubles than there is room for go to the fallback', () => {
    const desk = new Desk(rules, forceFallback);
    const frame = `{"b":[${Array.from({ length: 2_100 }, () => '["0.1234567890123456789","12345678901234567890.5"]').join(',')}]}`;
    expect(desk.decode(frame)).toBe('Ok');
    expect(desk.kernelReason).toBe(isKernel ? 'Fixups' : 'NoKernel');
    expect(desk.decoder.bids.prices[2_099]).toBe(Number('0.1234567890123456789'));
    expect(desk.decoder.bids.quantities[2_099]).toBe(Number('12345678901234567890.5'));
  });

  test('numbers of a million digits take no more time than they are long', () => {
    const desk = new Desk(rules, forceFallback);
    for (const digits of [`1${'0'.repeat(1_000_000)}1`, `0.${'0'.repeat(1_000_000)}1`, '9'.repeat(1_000_000)]) {
      expect(desk.decode(`{"x":${digits.replace('0.', '')[0] === '0' ? '1' : digits},"b":[["${digits}",1]]}`)).toBe('Ok');
      expect(desk.decoder.bids.prices[0]).toBe(Number(digits));
      expect(shown(desk.decoder.bids)).toEqual(['NaN/253 x 1/0']);
    }
  });
});

test('65,536 atoms are taken, the next is refused with -1 and counted, and reads as its text', () => {
  const decoder = new Decoder();
  const root = decoder.root('test', { object: { name: 'test', keys: { s: { atom: 0 } } } });
  for (let i = 0; i < ATOMS_MAX; i += 1) expect(decoder.atoms.intern(`symbol-${i}`)).toBe(i);
  expect(decoder.atoms.intern('one too many')).toBe(-1);
  expect(decoder.atoms.refused).toBe(1);
  expect(decoder.atoms.size).toBe(ATOMS_MAX);
  for (const i of [0, 1, 4_095, 4_096, 32_767, 65_535]) {
    expect(decoder.decode(Buffer.from(`{"s":"symbol-${i}"}`), root)).toBe(Status.Ok);
    expect(decoder.atom(0, 0)).toBe(i);
  }
  expect(decoder.decode(Buffer.from('{"s":"one too many"}'), root)).toBe(Status.Ok);
  expect([decoder.atom(0, 0), decoder.text(0, 0), decoder.internAtom(0, 0)]).toEqual([-1, 'one too many', -1]);
  expect(decoder.atoms.refused).toBe(2);
});

test.each(['', 'a text that is longer than thirty-two bytes', 'with "quotes"', 'back\\slash', 'new\nline', '\ud800', 'ü'.repeat(17)])('%j cannot be an atom', (text) => {
  const { atoms } = new Decoder();
  expect(atoms.intern(text)).toBe(-1);
  expect([atoms.size, atoms.refused, atoms.find(text), atoms.textOf(-1)]).toEqual([0, 1, -1, '']);
});
