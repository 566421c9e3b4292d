import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../lib/random/random.ts';
import { Ladder, Side } from '../../../../lib/ladder/ladder.ts';

describe.each([
  ['bids', Side.Bid],
  ['asks', Side.Ask],
] as const)('a ladder of %s', (_, side) => {
  it('holds what a sorted map holds after any changes', () => {
    const change = fc.record({ price: fc.integer({ min: 1, max: 40 }), quantity: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
        const ladder = new Ladder(side);
        const oracle = new Map<number, number>();
        for (const { price, quantity } of changes) {
          expect(ladder.set(price, quantity)).toBe(quantity > 0 || oracle.has(price));
          if (quantity === 0) oracle.delete(price);
          else oracle.set(price, quantity);
          expect(ladder.quantityOf(price)).toBe(quantity);
        }
        expect(levelsOf(ladder)).toEqual([...oracle].sort(([a], [b]) => (side === Side.Bid ? b - a : a - b)));
      }),
    );
  });

  it('holds what a sorted map holds when levels come and go in their thousands, read at any depth on the way', () => {
    const random = new Random(side + 7);
    const ladder = new Ladder(side);
    const oracle = new Map<number, number>();
    const sorted = (): [number, number][] => [...oracle].sort(([a], [b]) => (side === Side.Bid ? b - a : a - b));
    for (let update = 0; update < 400; update += 1) {
      // As venues do: some prices of a moving market, in order; whole stretches vanish now and then.
      const middle = 5_000 + Math.round(800 * Math.sin(update / 40));
      const width = random.chance(0.5) ? 40 : 1_500;
      const isSweep = random.chance(1 / 40);
      const prices = Array.from({ length: isSweep ? 600 : 30 }, () => middle + random.integer(0, width - 1)).sort((a, b) => (side === Side.Bid ? b - a : a - b));
      for (const price of prices) {
        const quantity = isSweep || random.chance(0.5) ? 0 : random.integer(1, 9);
        expect(ladder.set(price, quantity)).toBe(quantity > 0 || oracle.has(price));
        if (quantity === 0) oracle.delete(price);
        else oracle.set(price, quantity);
      }
      const expected = sorted();
      expect(ladder.size).toBe(expected.length);
      if (expected.length === 0) continue;
      const depth = random.integer(0, expected.length - 1);
      for (const at of [0, Math.min(3, depth), depth]) expect([ladder.priceAt(at), ladder.quantityAt(at)]).toEqual(expected[at]);
      if (update % 20 === 0) expect(levelsOf(ladder)).toEqual(expected);
    }
    expect(levelsOf(ladder)).toEqual(sorted());
  });

  it('grows past its first capacity without losing a level', () => {
    const ladder = new Ladder(side);
    for (let price = 5_000; price >= 1; price -= 1) ladder.set(price, price * 2);
    expect(ladder.size).toBe(5_000);
    const best = side === Side.Bid ? 5_000 : 1;
    expect([ladder.priceAt(0), ladder.quantityAt(0)]).toEqual([best, best * 2]);
    expect(ladder.priceAt(4_999)).toBe(side === Side.Bid ? 1 : 5_000);
  });

  it('multiplies every level, and changes nothing when one of them would pass 2^53', () => {
    const ladder = new Ladder(side);
    ladder.set(10, 7);
    ladder.set(20, 9_007_199_254_740_991);
    const before = levelsOf(ladder);
    expect(ladder.multiply(10, 10)).toBe(false);
    expect(levelsOf(ladder)).toEqual(before);
    ladder.set(9_007_199_254_740_991, 1);
    ladder.set(20, 8);
    expect(ladder.multiply(10, 1)).toBe(false);
    ladder.set(9_007_199_254_740_991, 0);
    expect(ladder.multiply(100, 1000)).toBe(true);
    expect(levelsOf(ladder)).toEqual(side === Side.Bid ? [[2000, 8000], [1000, 7000]] : [[1000, 7000], [2000, 8000]]);
  });

  it('is empty after clear, and refuses to be asked beyond its end', () => {
    const ladder = new Ladder(side);
    ladder.set(1, 1);
    ladder.clear();
    expect(ladder.size).toBe(0);
    expect(ladder.quantityOf(1)).toBe(0);
    expect(() => ladder.priceAt(0)).toThrow('outside the book');
    expect(() => ladder.quantityAt(0)).toThrow('outside the book');
  });
});

function levelsOf(ladder: Ladder): [number, number][] {
  return Array.from({ length: ladder.size }, (_, depth) => [ladder.priceAt(depth), ladder.quantityAt(depth)]);
}
