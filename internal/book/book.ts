import { formatDecimal, rescale } from '../../lib/decimal/decimal.ts';
import { Ladder, Side } from '../../lib/ladder/ladder.ts';
import type { BookEvent } from '../../schemas/events/event.ts';
import type { BookLevel } from '../ports/book-reader.ts';

/**
 * Two ladders and the id of the last update in them. It knows how to become a snapshot and how to take an update in; whether
 * an update may be taken in is the assembler's to say.
 *
 * Its scales follow the widest event it has seen, so that a venue's new tick size never costs a level.
 */
export class Book {
  readonly bids = new Ladder(Side.Bid);
  readonly asks = new Ladder(Side.Ask);
  priceScale = 0;
  quantityScale = 0;
  /** Venue id of the snapshot or update applied last; 0 while empty. */
  last = 0;
  /** Removals of levels the book did not hold: normal, and worth a count. */
  unknownRemovals = 0;

  /** Replaces everything. False when its numbers do not fit one scale: then the book is empty. */
  load(snapshot: BookEvent): boolean {
    this.clear();
    this.priceScale = snapshot.priceScale;
    this.quantityScale = snapshot.quantityScale;
    return this.apply(snapshot);
  }

  /** Sets the absolute quantities of an event. False, and nothing changed, when they do not fit the book's scale. */
  apply(event: BookEvent): boolean {
    if (event.priceScale !== this.priceScale || event.quantityScale !== this.quantityScale) {
      if (!this.#meetScales(event)) return false;
    }
    const { bids, bidCount, asks, askCount } = event.payload;
    for (let i = 0; i < bidCount * 2; i += 2) {
      if (!this.bids.set(bids[i]!, bids[i + 1]!)) this.unknownRemovals += 1;
    }
    for (let i = 0; i < askCount * 2; i += 2) {
      if (!this.asks.set(asks[i]!, asks[i + 1]!)) this.unknownRemovals += 1;
    }
    this.last = event.sequenceLast;
    return true;
  }

  clear(): void {
    this.bids.clear();
    this.asks.clear();
    this.last = 0;
  }

  /** Writes the whole book into an event as its snapshot payload, best level first. */
  writeTo(event: BookEvent): void {
    const payload = event.payload;
    payload.reset();
    for (let i = 0; i < this.bids.size; i += 1) payload.pushBid(this.bids.priceAt(i), this.bids.quantityAt(i));
    for (let i = 0; i < this.asks.size; i += 1) payload.pushAsk(this.asks.priceAt(i), this.asks.quantityAt(i));
    event.priceScale = this.priceScale;
    event.quantityScale = this.quantityScale;
    event.sequenceFirst = this.last;
    event.sequenceLast = this.last;
    event.sequencePrevious = -1;
  }

  /** A level in exact text, null beyond the end. */
  level(side: Side, depth: number): BookLevel | null {
    const ladder = side === Side.Bid ? this.bids : this.asks;
    if (depth >= ladder.size) return null;
    return {
      price: formatDecimal(ladder.priceAt(depth), this.priceScale),
      quantity: formatDecimal(ladder.quantityAt(depth), this.quantityScale),
    };
  }

  /** True when best bid >= best ask, which no healthy book shows for long. */
  get isCrossed(): boolean {
    return this.bids.size > 0 && this.asks.size > 0 && this.bids.priceAt(0) >= this.asks.priceAt(0);
  }

  /** Brings book and event to one scale: the book grows, or the event's numbers are multiplied in place. */
  #meetScales(event: BookEvent): boolean {
    const priceScale = Math.max(event.priceScale, this.priceScale);
    const quantityScale = Math.max(event.quantityScale, this.quantityScale);
    const { bids, bidCount, asks, askCount } = event.payload;
    if (!canRescale(bids, bidCount, event, priceScale, quantityScale)) return false;
    if (!canRescale(asks, askCount, event, priceScale, quantityScale)) return false;
    const priceFactor = 10 ** (priceScale - this.priceScale);
    const quantityFactor = 10 ** (quantityScale - this.quantityScale);
    if (!this.bids.multiply(priceFactor, quantityFactor)) return false;
    if (!this.asks.multiply(priceFactor, quantityFactor)) {
      this.clear(); // Half a book at another scale is no book.
      return false;
    }
    this.priceScale = priceScale;
    this.quantityScale = quantityScale;
    rescaleLevels(bids, bidCount, event, priceScale, quantityScale);
    rescaleLevels(asks, askCount, event, priceScale, quantityScale);
    event.priceScale = priceScale;
    event.quantityScale = quantityScale;
    return true;
  }
}

function canRescale(levels: readonly number[], count: number, from: BookEvent, priceScale: number, quantityScale: number): boolean {
  for (let i = 0; i < count * 2; i += 2) {
    if (Number.isNaN(rescale(levels[i]!, from.priceScale, priceScale))) return false;
    if (Number.isNaN(rescale(levels[i + 1]!, from.quantityScale, quantityScale))) return false;
  }
  return true;
}

function rescaleLevels(levels: number[], count: number, from: BookEvent, priceScale: number, quantityScale: number): void {
  for (let i = 0; i < count * 2; i += 2) {
    levels[i] = rescale(levels[i]!, from.priceScale, priceScale);
    levels[i + 1] = rescale(levels[i + 1]!, from.quantityScale, quantityScale);
  }
}
