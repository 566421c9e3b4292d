import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Ring, ringCapacity } from '../../../../lib/ring/ring.ts';

describe('Ring', () => {
  test('gives items back in the order they came', () => {
    const ring = new Ring<string>(4);
    for (const item of ['a', 'b', 'c']) expect(ring.offer(item)).toBe(true);
    expect([ring.poll(), ring.poll(), ring.poll(), ring.poll()]).toEqual(['a', 'b', 'c', null]);
  });

  test('refuses with a value when it is full, and takes again after a poll', () => {
    const ring = new Ring<number>(2);
    expect([ring.offer(1), ring.offer(2), ring.offer(3)]).toEqual([true, true, false]);
    expect(ring.poll()).toBe(1);
    expect(ring.offer(3)).toBe(true);
    expect([ring.poll(), ring.poll()]).toEqual([2, 3]);
  });

  test('shows the oldest item without taking it', () => {
    const ring = new Ring<number>(2);
    expect(ring.peek()).toBeNull();
    ring.offer(7);
    expect([ring.peek(), ring.peek(), ring.size]).toEqual([7, 7, 1]);
  });

  test('keeps falsy items apart from nothing', () => {
    const ring = new Ring<number>(2);
    ring.offer(0);
    expect(ring.poll()).toBe(0);
  });

  test('is empty after clear and works on', () => {
    const ring = new Ring<number>(2);
    ring.offer(1);
    ring.offer(2);
    ring.clear();
    expect([ring.size, ring.poll(), ring.offer(3), ring.poll()]).toEqual([0, null, true, 3]);
  });

  test.each([0, -1, 3, 1.5, NaN, 2 ** 31])('refuses the capacity %d', (capacity) => {
    expect(() => new Ring(capacity)).toThrow('ring capacity');
  });

  test('behaves like a bounded array for every sequence of moves', () => {
    const move = fc.oneof(fc.record({ offer: fc.integer() }), fc.constantFrom('poll' as const, 'peek' as const, 'clear' as const));
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 4, 8), fc.array(move, { maxLength: 200 }), (capacity, moves) => {
        const ring = new Ring<number>(capacity);
        const model: number[] = [];
        for (const each of moves) {
          if (typeof each === 'object') {
            expect(ring.offer(each.offer)).toBe(model.length < capacity);
            if (model.length < capacity) model.push(each.offer);
          } else if (each === 'poll') expect(ring.poll()).toBe(model.shift() ?? null);
          else if (each === 'peek') expect(ring.peek()).toBe(model[0] ?? null);
          else {
            ring.clear();
            model.length = 0;
          }
          expect(ring.size).toBe(model.length);
        }
      }),
    );
  });
});

test.each([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 4],
  [1000, 1024],
  [1024, 1024],
  [1025, 2048],
])('%d items need a ring of %d', (count, capacity) => {
  expect(ringCapacity(count)).toBe(capacity);
});
