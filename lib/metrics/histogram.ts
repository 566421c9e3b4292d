import { assert } from '../assert/assert.ts';

/**
 * A log-linear histogram: 32 equal buckets in every octave, fixed memory, no allocation in `record`.
 *
 *   value   0  1 … 31 │ 32 33 … 63 │ 64 66 … 126 │ 128 132 … 252 │ …
 *   width   1  1 …  1 │  1  1 …  1 │  2  2 …   2 │   4   4 …   4 │ …
 *
 * A percentile is at most 1/32 away from the recorded value it stands for (whole values: 1/64, below 64 exact).
 * Values are whole numbers in a unit that makes them so (ns, µs, bytes): below 32 a fraction is cut off.
 * A negative value or NaN counts as 0: clocks of two machines may disagree. Above `valueMax` the bucket is the
 * last one; count, sum and max stay exact.
 */
export class Histogram {
  readonly valueMax: number;
  readonly #counts: Float64Array;
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = 0;

  /** Memory is 256 bytes per octave: 9 KB up to the default 2^40 (18 minutes in ns), 12.5 KB up to 2^53. */
  constructor(valueMax = 2 ** 40) {
    assert(valueMax >= 1 && valueMax <= Number.MAX_SAFE_INTEGER, 'histogram maximum must be in 1 .. 2^53 - 1');
    this.valueMax = valueMax;
    this.#counts = new Float64Array(bucketOf(valueMax) + 1);
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** 0 while nothing was recorded. */
  get min(): number {
    return this.#count === 0 ? 0 : this.#min;
  }

  get max(): number {
    return this.#max;
  }

  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  record(value: number): void {
    const sane = value >= 0 ? value : 0;
    const index = bucketOf(sane < this.valueMax ? sane : this.valueMax);
    this.#counts[index]! += 1;
    this.#count += 1;
    this.#sum += sane;
    if (sane < this.#min) this.#min = sane;
    if (sane > this.#max) this.#max = sane;
  }

  /** The value that `percent` of the recorded values do not pass; 0 while nothing was recorded. */
  percentile(percent: number): number {
    assert(percent >= 0 && percent <= 100, 'percentile must be in 0 .. 100');
    if (this.#count === 0) return 0;
    // The rank is found by comparison with whole numbers, so a rounding of percent / 100 must not push it up.
    const rank = Math.max(1, Math.ceil((percent / 100) * this.#count - 1e-9));
    if (rank >= this.#count) return this.#max;
    let seen = 0;
    let index = 0;
    for (; index < this.#counts.length; index += 1) {
      seen += this.#counts[index]!;
      if (seen >= rank) break;
    }
    const middle = bucketLow(index) + (bucketLow(index + 1) - bucketLow(index) - 1) / 2;
    return Math.min(Math.max(middle, this.#min), this.#max);
  }

  /** How many recorded values are surely at or below `bound`: a bucket that the bound cuts counts as above. */
  countUpTo(bound: number): number {
    if (bound >= this.#max) return this.#count;
    let seen = 0;
    for (let index = 0; index < this.#counts.length && bucketLow(index + 1) - 1 <= bound; index += 1) seen += this.#counts[index]!;
    return seen;
  }

  /** The buckets that are not empty, lowest first; `high` is included for whole values. */
  buckets(): readonly HistogramBucket[] {
    const found: HistogramBucket[] = [];
    for (let index = 0; index < this.#counts.length; index += 1) {
      const count = this.#counts[index]!;
      if (count > 0) found.push({ low: bucketLow(index), high: bucketLow(index + 1) - 1, count });
    }
    return found;
  }

  /** Adds everything the other one recorded. */
  merge(other: Histogram): void {
    assert(other.valueMax === this.valueMax, 'histograms to merge must have the same maximum');
    for (let index = 0; index < this.#counts.length; index += 1) this.#counts[index]! += other.#counts[index]!;
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  reset(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#sum = 0;
    this.#min = Infinity;
    this.#max = 0;
  }
}

export interface HistogramBucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

const OCTAVE_BITS = 5;
const OCTAVE_SIZE = 32;
const TWO_22 = 2 ** 22;
const TWO_31 = 2 ** 31;

/** clz32 sees 32 bits, so a larger value is first divided by 2^22 (2^53 leaves 2^31). */
function bucketOf(value: number): number {
  if (value < TWO_31) return bucketOfSmall(value | 0, 0);
  return bucketOfSmall((value / TWO_22) | 0, 22);
}

function bucketOfSmall(value: number, shifted: number): number {
  // Octave 0 is 0 .. 31 and octave 1 is 32 .. 63: both have width 1.
  const octave = 32 - OCTAVE_BITS - Math.clz32(value);
  if (octave <= 0) return value;
  return ((octave + shifted) << OCTAVE_BITS) + (value >> (octave - 1)) - OCTAVE_SIZE;
}

/** The least whole value of a bucket. */
function bucketLow(index: number): number {
  const octave = index >> OCTAVE_BITS;
  const offset = index & (OCTAVE_SIZE - 1);
  return octave === 0 ? offset : (OCTAVE_SIZE + offset) * 2 ** (octave - 1);
}
