import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram } from '../../../../lib/metrics/histogram.ts';

function histogramOf(values: readonly number[], valueMax?: number): Histogram {
  const histogram = new Histogram(valueMax);
  for (const value of values) histogram.record(value);
  return histogram;
}

/** The recorded value that `percent` of the values do not pass, exactly. */
function exactPercentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length - 1e-9));
  return sorted[rank - 1]!;
}

const wholeValue = fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 1_000_000 }), fc.maxSafeNat());
const percents = [0, 1, 25, 50, 90, 95, 99, 99.9, 100] as const;

describe('Histogram', () => {
  test('is empty and answers 0 before anything was recorded', () => {
    const histogram = new Histogram();
    const { count, sum, min, max, mean } = histogram;
    expect([count, sum, min, max, mean, histogram.percentile(99)]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(histogram.buckets()).toEqual([]);
  });

  test('knows count, sum, min, max and mean exactly', () => {
    const { count, sum, min, max, mean } = histogramOf([10, 1_000_003, 7]);
    expect([count, sum, min, max, mean]).toEqual([3, 1_000_020, 7, 1_000_003, 333_340]);
  });

  test('is at most 1/64 away from the true percentile of whole values', () => {
    fc.assert(
      fc.property(fc.array(wholeValue, { minLength: 1, maxLength: 300 }), fc.constantFrom(...percents), (values, percent) => {
        const exact = exactPercentile(values, percent);
        const found = histogramOf(values, Number.MAX_SAFE_INTEGER).percentile(percent);
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact / 64);
      }),
      { numRuns: 1000 },
    );
  });

  test('is at most 1/32 away from the true percentile of values with fractions, from 32 on', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 32, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 100 }), fc.constantFrom(...percents), (values, percent) => {
        const exact = exactPercentile(values, percent);
        expect(Math.abs(histogramOf(values).percentile(percent) - exact)).toBeLessThanOrEqual(exact / 32);
      }),
    );
  });

  test('is exact below 64', () => {
    const values = Array.from({ length: 64 }, (_, value) => value);
    const histogram = histogramOf(values);
    for (const percent of percents) expect(histogram.percentile(percent)).toBe(exactPercentile(values, percent));
  });

  test('every value lies in its bucket and buckets do not overlap', () => {
    fc.assert(
      fc.property(fc.array(wholeValue, { minLength: 1, maxLength: 100 }), (values) => {
        const buckets = histogramOf(values, Number.MAX_SAFE_INTEGER).buckets();
        const counts = buckets.map(({ low, high }) => values.filter((value) => value >= low && value <= high).length);
        expect(buckets.map((bucket) => bucket.count)).toEqual(counts);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
        for (const { low, high } of buckets) expect(high - low).toBeLessThanOrEqual(low / 32);
      }),
    );
  });

  test('percentiles never fall when the percent grows', () => {
    fc.assert(
      fc.property(fc.array(wholeValue, { minLength: 1 }), fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true }), (values, one, other) => {
        const histogram = histogramOf(values);
        expect(histogram.percentile(Math.min(one, other))).toBeLessThanOrEqual(histogram.percentile(Math.max(one, other)));
      }),
    );
  });

  test('merging gives what recording everything in one gives', () => {
    fc.assert(
      fc.property(fc.array(wholeValue), fc.array(wholeValue), (left, right) => {
        const merged = histogramOf(left);
        merged.merge(histogramOf(right));
        const both = histogramOf([...left, ...right]);
        expect(merged.buckets()).toEqual(both.buckets());
        expect([merged.count, merged.min, merged.max, merged.percentile(50)]).toEqual([both.count, both.min, both.max, both.percentile(50)]);
        // Sums of large doubles depend on the order of addition in the last digit.
        expect(Math.abs(merged.sum - both.sum)).toBeLessThanOrEqual(both.sum * 1e-12);
      }),
    );
  });

  test('two histograms of different size do not merge', () => {
    expect(() => new Histogram(100).merge(new Histogram(1000))).toThrow('same maximum');
  });

  test('forgets everything at a reset', () => {
    const histogram = histogramOf([5, 500]);
    histogram.reset();
    expect([histogram.count, histogram.sum, histogram.min, histogram.max, histogram.buckets()]).toEqual([0, 0, 0, 0, []]);
    histogram.record(9);
    expect([histogram.min, histogram.max, histogram.percentile(50)]).toEqual([9, 9, 9]);
  });

  test.each([-5, NaN, -Infinity])('counts %d as 0', (value) => {
    const { count, sum, min, max } = histogramOf([value]);
    expect([count, sum, min, max]).toEqual([1, 0, 0, 0]);
  });

  test('a value above the maximum goes to the last bucket, with the true maximum', () => {
    const histogram = histogramOf([50, 1e6], 100);
    expect([histogram.count, histogram.max, histogram.percentile(100)]).toEqual([2, 1e6, 1e6]);
    expect(histogram.buckets().at(-1)).toMatchObject({ low: 100, count: 1 });
  });

  test.each([
    [0, 0],
    [31, 1],
    [63, 2],
    [64, 2],
    [65, 4],
    [66, 4],
    [1e9, 5],
  ])('up to %d it counts %d of 10, 40, 64, 65 and 100', (bound, count) => {
    expect(histogramOf([10, 40, 64, 65, 100]).countUpTo(bound)).toBe(count);
  });

  test.each([0, NaN, 2 ** 54])('refuses the maximum %d', (valueMax) => {
    expect(() => new Histogram(valueMax)).toThrow('histogram maximum');
  });

  test.each([-1, 101, NaN])('refuses the percentile %d', (percent) => {
    expect(() => histogramOf([1]).percentile(percent)).toThrow('percentile must be in 0 .. 100');
  });
});
