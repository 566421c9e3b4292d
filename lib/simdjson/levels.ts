import { FALLBACK_LEVELS_MAX } from './limits.ts';
import { isWhole, moved, scaled, Scaled, scaleNeededBy } from './scaled.ts';

/**
 * The levels of one side, in the order of the text, as columns. Read `count` of them; what lies behind is older.
 *
 * The columns lie in the kernel's memory. A frame with more levels than fit there is decoded by the fallback into larger
 * columns, so take `levels.prices` anew for every frame.
 */
export class Levels {
  /** The nearest doubles. */
  prices: Float64Array;
  quantities: Float64Array;
  /** Exact integers; NaN where a mantissa would pass 2^53 (its scale is INEXACT then). */
  priceMantissas: Float64Array;
  quantityMantissas: Float64Array;
  /** Two bytes a level: the scale of the price, the scale of the quantity. */
  scales: Uint8Array;
  /** Integers at the scales given to `rescale`. Valid after it answered Scaled.Ok. */
  ownPrices: Float64Array;
  ownQuantities: Float64Array;
  /** After `rescale` said no: the larger scale that is needed (-1: none would do), by which level, and by its price or quantity. */
  scaleNeeded = 0;
  misfit = 0;
  isQuantity = false;
  readonly #counts: Uint32Array;
  readonly #side: number;
  readonly #usual: Columns;

  constructor(counts: Uint32Array, side: number, columns: Columns) {
    this.#counts = counts;
    this.#side = side;
    this.#usual = columns;
    this.prices = columns.prices;
    this.quantities = columns.quantities;
    this.priceMantissas = columns.priceMantissas;
    this.quantityMantissas = columns.quantityMantissas;
    this.scales = columns.scales;
    this.ownPrices = new Float64Array(INITIAL_OWN);
    this.ownQuantities = new Float64Array(INITIAL_OWN);
  }

  get count(): number {
    return this.#counts[this.#side]!;
  }

  /** True when the frame had a list for this side, also an empty one. */
  get wasMet(): boolean {
    return ((this.#counts[SIDES_MET]! >> this.#side) & 1) === 1;
  }

  /** Fills `ownPrices` and `ownQuantities` with integers at these scales; stops at the first level that does not fit. */
  rescale(priceScale: number, quantityScale: number): Scaled {
    const count = this.count;
    if (count > this.ownPrices.length) this.#growOwn(count);
    const { priceMantissas, quantityMantissas, scales, ownPrices, ownQuantities } = this;
    for (let i = 0; i < count; i += 1) {
      const price = moved(priceMantissas[i]!, priceScale - scales[i * 2]!);
      const quantity = moved(quantityMantissas[i]!, quantityScale - scales[i * 2 + 1]!);
      ownPrices[i] = price;
      ownQuantities[i] = quantity;
      if (!isWhole(price) && !this.#again(ownPrices, i, priceMantissas[i]!, scales[i * 2]!, priceScale)) {
        return this.#refuse(i, priceMantissas[i]!, scales[i * 2]!, priceScale, false);
      }
      if (!isWhole(quantity) && !this.#again(ownQuantities, i, quantityMantissas[i]!, scales[i * 2 + 1]!, quantityScale)) {
        return this.#refuse(i, quantityMantissas[i]!, scales[i * 2 + 1]!, quantityScale, true);
      }
    }
    return Scaled.Ok;
  }

  /** With care: a shift beyond the table of powers may be possible all the same. */
  #again(own: Float64Array, index: number, mantissa: number, scale: number, ownScale: number): boolean {
    const value = scaled(mantissa, scale, ownScale);
    own[index] = value;
    return isWhole(value);
  }

  #refuse(index: number, mantissa: number, scale: number, ownScale: number, isQuantity: boolean): Scaled {
    const needed = scaleNeededBy(mantissa, scale);
    this.misfit = index;
    this.isQuantity = isQuantity;
    this.scaleNeeded = needed > ownScale ? needed : -1;
    return needed > ownScale ? Scaled.NeedsScale : Scaled.OutOfRange;
  }

  #growOwn(count: number): void {
    const length = 2 ** Math.ceil(Math.log2(count));
    this.ownPrices = new Float64Array(length);
    this.ownQuantities = new Float64Array(length);
  }

  /** For the fallback: room for one more; false when there is none. */
  grow(): boolean {
    const { length } = this.prices;
    if (length >= FALLBACK_LEVELS_MAX) return false;
    const larger = (column: Float64Array): Float64Array => {
      const grown = new Float64Array(length * 4);
      grown.set(column);
      return grown;
    };
    this.prices = larger(this.prices);
    this.quantities = larger(this.quantities);
    this.priceMantissas = larger(this.priceMantissas);
    this.quantityMantissas = larger(this.quantityMantissas);
    const scales = new Uint8Array(length * 8);
    scales.set(this.scales);
    this.scales = scales;
    return true;
  }

  /** Back to the kernel's memory. */
  shrink(): void {
    this.prices = this.#usual.prices;
    this.quantities = this.#usual.quantities;
    this.priceMantissas = this.#usual.priceMantissas;
    this.quantityMantissas = this.#usual.quantityMantissas;
    this.scales = this.#usual.scales;
  }
}

export interface Columns {
  readonly prices: Float64Array;
  readonly quantities: Float64Array;
  readonly priceMantissas: Float64Array;
  readonly quantityMantissas: Float64Array;
  readonly scales: Uint8Array;
}

const SIDES_MET = 2;
const INITIAL_OWN = 1_024;
