import { assert } from '../assert/assert.ts';

/**
 * One side of an order book: price levels in order, the best at the END of two parallel arrays.
 *
 *   bids: [ 99, 100, 101 ]  best 101        asks: [ 105, 104, 103 ]  best 103
 *
 * Nearly every change happens near the best price, so an insert or a removal moves only the few levels behind it.
 * Prices and quantities are integers at the ladder's own scales (lib/decimal); the ladder itself never looks at scales.
 */
export const Side = { Bid: 0, Ask: 1 } as const;
export type Side = (typeof Side)[keyof typeof Side];

const START_CAPACITY = 1024;

export class Ladder {
  readonly side: Side;
  #prices = new Float64Array(START_CAPACITY);
  #quantities = new Float64Array(START_CAPACITY);
  #size = 0;

  constructor(side: Side) {
    this.side = side;
  }

  /** How many price levels it holds. */
  get size(): number {
    return this.#size;
  }

  /** Price of the level `depth` steps behind the best (0 is the best). */
  priceAt(depth: number): number {
    assert(depth < this.#size, 'ladder depth is outside the book');
    return this.#prices[this.#size - 1 - depth]!;
  }

  quantityAt(depth: number): number {
    assert(depth < this.#size, 'ladder depth is outside the book');
    return this.#quantities[this.#size - 1 - depth]!;
  }

  /** The quantity at a price, 0 where there is no such level. */
  quantityOf(price: number): number {
    const index = this.#find(price);
    return index < this.#size && this.#prices[index] === price ? this.#quantities[index]! : 0;
  }

  /**
   * Sets the absolute quantity at a price; 0 removes the level. Returns false when a level was to be removed that is not
   * there, which venues say is normal.
   */
  set(price: number, quantity: number): boolean {
    const index = this.#find(price);
    const isKnown = index < this.#size && this.#prices[index] === price;
    if (quantity === 0) {
      if (!isKnown) return false;
      this.#prices.copyWithin(index, index + 1, this.#size);
      this.#quantities.copyWithin(index, index + 1, this.#size);
      this.#size -= 1;
      return true;
    }
    if (isKnown) {
      this.#quantities[index] = quantity;
      return true;
    }
    if (this.#size === this.#prices.length) this.#grow();
    this.#prices.copyWithin(index + 1, index, this.#size);
    this.#quantities.copyWithin(index + 1, index, this.#size);
    this.#prices[index] = price;
    this.#quantities[index] = quantity;
    this.#size += 1;
    return true;
  }

  clear(): void {
    this.#size = 0;
  }

  /**
   * Multiplies every price and quantity: the book moves to a finer scale without losing a level. False, and nothing
   * changed, when one of them would pass 2^53.
   */
  multiply(priceFactor: number, quantityFactor: number): boolean {
    for (let i = 0; i < this.#size; i += 1) {
      if (!Number.isSafeInteger(this.#prices[i]! * priceFactor)) return false;
      if (!Number.isSafeInteger(this.#quantities[i]! * quantityFactor)) return false;
    }
    for (let i = 0; i < this.#size; i += 1) {
      this.#prices[i]! *= priceFactor;
      this.#quantities[i]! *= quantityFactor;
    }
    return true;
  }

  /** Index of the first level that is not worse than `price`: where it is, or where it would go. */
  #find(price: number): number {
    const prices = this.#prices;
    const isBid = this.side === Side.Bid;
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const isWorse = isBid ? prices[middle]! < price : prices[middle]! > price;
      if (isWorse) low = middle + 1;
      else high = middle;
    }
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
