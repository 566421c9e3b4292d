import { assert } from '../../lib/assert/assert.ts';
import { formatDecimal } from '../../lib/decimal/decimal.ts';
import { Ladder, Side } from '../../lib/ladder/ladder.ts';
import type { InstrumentFacts } from '../../schemas/market/instrument.ts';

/** Both sides of one instrument's order book: the truth that everybody's own book is compared with. Never crossed. */
export class LimitBook {
  readonly bids = new Ladder(Side.Bid);
  readonly asks = new Ladder(Side.Ask);

  get bestBid(): number {
    return this.bids.priceAt(0);
  }

  get bestAsk(): number {
    return this.asks.priceAt(0);
  }

  side(side: Side): Ladder {
    return side === Side.Bid ? this.bids : this.asks;
  }

  /** Sets an absolute quantity; 0 removes the level. */
  set(side: Side, price: number, quantity: number): void {
    assert(price > 0, 'a price is positive');
    assert(quantity >= 0, 'a quantity is not negative');
    if (quantity > 0 && side === Side.Bid) assert(this.asks.size === 0 || price < this.bestAsk, 'a bid stays below the best ask');
    if (quantity > 0 && side === Side.Ask) assert(this.bids.size === 0 || price > this.bestBid, 'an ask stays above the best bid');
    this.side(side).set(price, quantity);
  }
}

/** `[price, quantity]`, decimal text without trailing zeros. */
export type LevelText = readonly [price: string, quantity: string];

/** All levels of a side, best first. */
export function levelTexts(ladder: Ladder, instrument: InstrumentFacts): LevelText[] {
  return Array.from({ length: ladder.size }, (_, depth) => [
    formatDecimal(ladder.priceAt(depth), instrument.priceScale),
    formatDecimal(ladder.quantityAt(depth), instrument.quantityScale),
  ]);
}
