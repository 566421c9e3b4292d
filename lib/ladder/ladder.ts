import { assert } from '../assert/assert.ts';

/**
 * One side of an order book: price levels in order, the best at the END of two parallel arrays.
 *
 *   bids: [ 99, 100, 101 ]  best 101        asks: [ 105, 104, 103 ]  best 103
 *
 * Two habits of venues make it fast. Levels come and go in about equal numbers: a removed level stays as a hole (quantity 0) that
 * the next new level nearby moves into, so that few levels have to move for it. And an update names its prices in order: the
 * search begins where the last one ended.
 *
 * Prices and quantities are integers at the ladder's own scales (lib/decimal); the ladder itself never looks at scales.
 */
export const Side = { Bid: 0, Ask: 1 } as const;
export type Side = (typeof Side)[keyof typeof Side];

const START_CAPACITY = 1024;
/** How far a hole may be for a new level to move into it: further away, one move of all levels behind is as cheap. */
const REACH = 16;
/** Holes that may lie among the levels, for each level; one more and all are filled. */
const HOLES_PER_LEVEL_MAX = 0.5;
/** And this many in any case, so that a small book is not filled up all the time. */
const HOLES_MIN = 64;
/** Holes that a look at a level steps over before it has them filled instead. */
const STEPS_MAX = 64;

export class Ladder {
  readonly side: Side;
  #prices = new Float64Array(START_CAPACITY);
  #quantities = new Float64Array(START_CAPACITY);
  /** Levels and holes; the last one is a level. */
  #length = 0;
  #holes = 0;
  /** Where the last search ended. */
  #finger = 0;

  constructor(side: Side) {
    this.side = side;
  }

  /** How many price levels it holds. */
  get size(): number {
    return this.#length - this.#holes;
  }

  /** Price of the level `depth` steps behind the best (0 is the best). */
  priceAt(depth: number): number {
    return this.#prices[this.#indexAt(depth)]!;
  }

  quantityAt(depth: number): number {
    return this.#quantities[this.#indexAt(depth)]!;
  }

  /** The quantity at a price, 0 where there is no such level. */
  quantityOf(price: number): number {
    const index = this.#find(price);
    return index < this.#length && this.#prices[index] === price ? this.#quantities[index]! : 0;
  }

  /**
   * Sets the absolute quantity at a price; 0 removes the level. Returns false when a level was to be removed that is not
   * there, which venues say is normal.
   */
  set(price: number, quantity: number): boolean {
    const index = this.#find(price);
    const isThere = index < this.#length && this.#prices[index] === price;
    if (quantity === 0) return isThere && this.#remove(index);
    if (!isThere) {
      this.#insert(index, price, quantity);
      return true;
    }
    if (this.#quantities[index] === 0) this.#holes -= 1;
    this.#quantities[index] = quantity;
    return true;
  }

  clear(): void {
    this.#length = 0;
    this.#holes = 0;
  }

  /**
   * Multiplies every price and quantity: the book moves to a finer scale without losing a level. False, and nothing
   * changed, when one of them would pass 2^53.
   */
  multiply(priceFactor: number, quantityFactor: number): boolean {
    this.#fillHoles();
    for (let i = 0; i < this.#length; i += 1) {
      if (!Number.isSafeInteger(this.#prices[i]! * priceFactor)) return false;
      if (!Number.isSafeInteger(this.#quantities[i]! * quantityFactor)) return false;
    }
    for (let i = 0; i < this.#length; i += 1) {
      this.#prices[i]! *= priceFactor;
      this.#quantities[i]! *= quantityFactor;
    }
    return true;
  }

  /** Steps over the holes near the best; for a level further away they are filled first, so that a walk through the book is cheap. */
  #indexAt(depth: number): number {
    assert(depth < this.size, 'ladder depth is outside the book');
    let index = this.#length - 1;
    if (this.#holes === 0) return index - depth;
    for (let levels = depth, steps = 0; steps < STEPS_MAX; steps += 1, index -= 1) {
      if (this.#quantities[index] === 0) continue;
      if (levels === 0) return index;
      levels -= 1;
    }
    this.#fillHoles();
    return this.#length - 1 - depth;
  }

  /** Leaves a hole, but not at the end: there the best price stands. */
  #remove(index: number): boolean {
    const quantities = this.#quantities;
    if (quantities[index] === 0) return false;
    quantities[index] = 0;
    this.#holes += 1;
    if (index === this.#length - 1) this.#trim();
    else if (this.#holes > HOLES_MIN + this.size * HOLES_PER_LEVEL_MAX) this.#fillHoles();
    return true;
  }

  #trim(): void {
    while (this.#length > 0 && this.#quantities[this.#length - 1] === 0) {
      this.#length -= 1;
      this.#holes -= 1;
    }
  }

  /** `index` is where the price belongs: the nearest hole on either side is used up, or everything behind moves on. */
  #insert(index: number, price: number, quantity: number): void {
    const prices = this.#prices;
    const quantities = this.#quantities;
    if (this.#holes > 0) {
      for (let step = 0; step < REACH; step += 1) {
        const behind = index + step;
        if (behind < this.#length && quantities[behind] === 0) {
          for (let i = behind; i > index; i -= 1) {
            prices[i] = prices[i - 1]!;
            quantities[i] = quantities[i - 1]!;
          }
          return this.#fill(index, price, quantity);
        }
        const before = index - 1 - step;
        if (before >= 0 && quantities[before] === 0) {
          for (let i = before; i < index - 1; i += 1) {
            prices[i] = prices[i + 1]!;
            quantities[i] = quantities[i + 1]!;
          }
          return this.#fill(index - 1, price, quantity);
        }
      }
    }
    if (this.#length === prices.length) this.#grow();
    this.#prices.copyWithin(index + 1, index, this.#length);
    this.#quantities.copyWithin(index + 1, index, this.#length);
    this.#prices[index] = price;
    this.#quantities[index] = quantity;
    this.#length += 1;
  }

  #fill(index: number, price: number, quantity: number): void {
    this.#prices[index] = price;
    this.#quantities[index] = quantity;
    this.#holes -= 1;
  }

  #fillHoles(): void {
    if (this.#holes === 0) return;
    const prices = this.#prices;
    const quantities = this.#quantities;
    let kept = 0;
    for (let i = 0; i < this.#length; i += 1) {
      if (quantities[i] === 0) continue;
      prices[kept] = prices[i]!;
      quantities[kept] = quantities[i]!;
      kept += 1;
    }
    this.#length = kept;
    this.#holes = 0;
  }

  /** Index of the first level or hole that is not worse than `price`: where it is, or where it would go. */
  #find(price: number): number {
    const prices = this.#prices;
    const sign = this.side === Side.Bid ? 1 : -1;
    const wanted = price * sign;
    let low = Math.min(this.#finger, this.#length);
    let high = low;
    // In growing steps away from the finger until the price is between `low` and `high`, then halving.
    if (low < this.#length && prices[low]! * sign < wanted) {
      low += 1;
      high = low;
      for (let step = 1; high < this.#length && prices[high]! * sign < wanted; step *= 2) {
        low = high + 1;
        high = Math.min(high + step, this.#length);
      }
    } else {
      for (let step = 1; low > 0 && prices[low - 1]! * sign >= wanted; step *= 2) {
        high = low - 1;
        low = Math.max(low - step, 0);
      }
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (prices[middle]! * sign < wanted) low = middle + 1;
      else high = middle;
    }
    this.#finger = low;
    return low;
  }

  #grow(): void {
    const prices = new Float64Array(this.#prices.length * 2);
    const quantities = new Float64Array(this.#prices.length * 2);
    prices.set(this.#prices);
    quantities.set(this.#quantities);
    this.#prices = prices;
    this.#quantities = quantities;
  }
}
