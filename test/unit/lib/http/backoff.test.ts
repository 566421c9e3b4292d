import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fullJitterMs } from '../../../../lib/http/backoff.ts';
import { Random } from '../../../../lib/random/random.ts';

test('for a thousand seeds and any attempt the wait is a whole number between zero and the ceiling', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat({ max: 5_000 }), (seed, attempt) => {
      const waitMs = fullJitterMs(new Random(seed), attempt, 1_000, 30_000);
      expect(Number.isInteger(waitMs)).toBe(true);
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThanOrEqual(Math.min(30_000, 1_000 * 2 ** attempt));
    }),
    { numRuns: 1_000 },
  );
});

test('the whole range is used', () => {
  for (const [attempt, ceilingMs] of [[0, 1_000], [3, 8_000], [9, 30_000]] as const) {
    const random = new Random(3);
    const waits = Array.from({ length: 2_000 }, () => fullJitterMs(random, attempt, 1_000, 30_000));
    expect(Math.min(...waits)).toBeLessThan(ceilingMs * 0.01);
    expect(Math.max(...waits)).toBeGreaterThan(ceilingMs * 0.99);
    const mean = waits.reduce((sum, waitMs) => sum + waitMs, 0) / waits.length;
    expect(mean / ceilingMs).toBeCloseTo(0.5, 1);
  }
});
