import { assert } from '../../lib/assert/assert.ts';
import { rescale } from '../../lib/decimal/decimal.ts';
import { EventType, type BookEvent } from '../../schemas/events/event.ts';

/**
 * A book event that waits and takes newer ones in, level by level, so that a slow consumer still has the venue's book.
 *
 *   pending  100:5  101:2   ids 7..9        newer  101:0  102:4  ids 10..10     merged  100:5  101:0  102:4  ids 7..10
 *
 * Replacing the older update by the newer one would lose the level at 100 for good. A snapshot takes updates in and stays a
 * snapshot (a level set to 0 leaves it); a newer snapshot replaces whatever waits.
 */
export class PendingBook {
  #event: BookEvent;
  /** Price to quantity, made when a second event comes; null while the event itself is all there is. */
  #bids: Map<number, number> | null = null;
  #asks: Map<number, number> | null = null;

  constructor(event: BookEvent) {
    this.#event = event;
  }

  get event(): BookEvent {
    return this.#event;
  }

  /** How many levels wait on the fuller side. */
  get depth(): number {
    if (this.#bids === null || this.#asks === null) return Math.max(this.#event.payload.bidCount, this.#event.payload.askCount);
    return Math.max(this.#bids.size, this.#asks.size);
  }

  /**
   * Takes a newer event of the same stream in. False when their numbers fit no common scale (a level that waits may be one
   * that the book has dropped since): then only the whole book can help.
   */
  merge(newer: BookEvent): boolean {
    const older = this.#event;
    assert(older.stream.id === newer.stream.id, 'only events of one stream merge');
    newer.gapBefore ||= older.gapBefore;
    newer.dropped += older.dropped;
    if (newer.type === EventType.BookSnapshot) {
      this.#event = newer;
      this.#bids = null;
      this.#asks = null;
      return true;
    }
    // A notice that the book stopped being live has no levels and no numbers; the levels before it still hold.
    if (this.#bids === null || this.#asks === null) {
      this.#bids = levelsOf(older.payload.bids, older.payload.bidCount);
      this.#asks = levelsOf(older.payload.asks, older.payload.askCount);
    }
    if (!this.#meetScales(newer)) return false;
    const keepsZeros = older.type === EventType.BookUpdate;
    put(this.#bids, newer.payload.bids, newer.payload.bidCount, keepsZeros);
    put(this.#asks, newer.payload.asks, newer.payload.askCount, keepsZeros);
    newer.type = older.type;
    if (older.sequenceFirst !== 0) {
      newer.sequenceFirst = older.sequenceFirst;
      newer.sequencePrevious = older.sequencePrevious;
      if (newer.sequenceLast === 0) newer.sequenceLast = older.sequenceLast;
    }
    this.#event = newer;
    return true;
  }

  /** The merged event, ready to be delivered. The pending book is spent after that. */
  take(): BookEvent {
    const payload = this.#event.payload;
    if (this.#bids !== null && this.#asks !== null) {
      payload.reset();
      const isSnapshot = this.#event.type === EventType.BookSnapshot;
      for (const price of orderOf(this.#bids, isSnapshot, (a, b) => b - a)) payload.pushBid(price, this.#bids.get(price)!);
      for (const price of orderOf(this.#asks, isSnapshot, (a, b) => a - b)) payload.pushAsk(price, this.#asks.get(price)!);
    }
    return this.#event;
  }

  #meetScales(newer: BookEvent): boolean {
    const older = this.#event;
    const priceScale = Math.max(older.priceScale, newer.priceScale);
    const quantityScale = Math.max(older.quantityScale, newer.quantityScale);
    if (older.priceScale !== priceScale || older.quantityScale !== quantityScale) {
      const moved = [rescaled(this.#bids!, older, priceScale, quantityScale), rescaled(this.#asks!, older, priceScale, quantityScale)] as const;
      if (moved[0] === null || moved[1] === null) return false;
      [this.#bids, this.#asks] = moved;
    }
    if (newer.priceScale !== priceScale || newer.quantityScale !== quantityScale) {
      const { bids, bidCount, asks, askCount } = newer.payload;
      const newBids = rescaled(levelsOf(bids, bidCount), newer, priceScale, quantityScale);
      const newAsks = rescaled(levelsOf(asks, askCount), newer, priceScale, quantityScale);
      if (newBids === null || newAsks === null) return false;
      newer.payload.reset();
      for (const [price, quantity] of newBids) newer.payload.pushBid(price, quantity);
      for (const [price, quantity] of newAsks) newer.payload.pushAsk(price, quantity);
    }
    newer.priceScale = priceScale;
    newer.quantityScale = quantityScale;
    return true;
  }
}

function levelsOf(levels: readonly number[], count: number): Map<number, number> {
  const map = new Map<number, number>();
  for (let i = 0; i < count * 2; i += 2) map.set(levels[i]!, levels[i + 1]!);
  return map;
}

function put(target: Map<number, number>, levels: readonly number[], count: number, keepsZeros: boolean): void {
  for (let i = 0; i < count * 2; i += 2) {
    if (levels[i + 1] === 0 && !keepsZeros) target.delete(levels[i]!);
    else target.set(levels[i]!, levels[i + 1]!);
  }
}

function orderOf(levels: Map<number, number>, isSnapshot: boolean, compare: (a: number, b: number) => number): Iterable<number> {
  return isSnapshot ? [...levels.keys()].sort(compare) : levels.keys();
}

/** Null when a number does not fit the scale. */
function rescaled(levels: Map<number, number>, from: BookEvent, priceScale: number, quantityScale: number): Map<number, number> | null {
  const map = new Map<number, number>();
  for (const [price, quantity] of levels) {
    const movedPrice = rescale(price, from.priceScale, priceScale);
    const movedQuantity = rescale(quantity, from.quantityScale, quantityScale);
    if (Number.isNaN(movedPrice) || Number.isNaN(movedQuantity)) return null;
    map.set(movedPrice, movedQuantity);
  }
  return map;
}
