import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../../lib/random/random.ts';

const draw = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.uint32());

describe('Random', () => {
  test('gives the same run for the same seed, on every machine', () => {
    expect(draw(new Random(1), 4)).toEqual(draw(new Random(1), 4));
    expect(draw(new Random(42), 3)).toEqual([182_880_509, 3_008_686_201, 3_775_342_264]);
  });

  test('gives different runs for different seeds', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (first, second) => {
        fc.pre((first | 0) !== (second | 0));
        expect(draw(new Random(first), 4)).not.toEqual(draw(new Random(second), 4));
      }),
    );
  });

  test('stays inside its ranges for every seed', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -1000, max: 1000 }), fc.nat({ max: 1000 }), (seed, low, width) => {
        const random = new Random(seed);
        const integer = random.integer(low, low + width);
        expect(Number.isInteger(integer) && integer >= low && integer <= low + width).toBe(true);
        const fraction = random.fraction();
        expect(fraction >= 0 && fraction < 1).toBe(true);
        expect(Number.isFinite(random.normal())).toBe(true);
      }),
    );
  });

  test('reaches both ends of a range, evenly', () => {
    const random = new Random(3);
    const counts = [0, 0, 0, 0];
    for (let index = 0; index < 40_000; index += 1) counts[random.integer(0, 3)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  test.each([
    [0, 0],
    [1, 1000],
  ])('a chance of %d comes true %d times of 1000', (probability, expected) => {
    const random = new Random(5);
    expect(Array.from({ length: 1000 }, () => random.chance(probability)).filter(Boolean)).toHaveLength(expected);
  });

  test('picks every element of a list sooner or later', () => {
    const random = new Random(9);
    expect(new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c']))).size).toBe(3);
  });

  test('normal variates have mean 0 and deviation 1', () => {
    const random = new Random(11);
    const values = Array.from({ length: 50_000 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  });

  test('a fork draws without shifting the one it came from', () => {
    const [plain, forking] = [new Random(1), new Random(1)];
    draw(forking.fork(), 100);
    plain.uint32();
    expect(draw(forking, 5)).toEqual(draw(plain, 5));
  });
});
