/**
 * What rides in an event's envelope, one class per type of fact. Prices and quantities are integers at the scales of the
 * event (`priceScale`, `quantityScale`); lib/decimal turns them into text or doubles.
 *
 * `reset` forgets every field (a test walks them), `clone` makes the unpooled copy a subscriber gets.
 */

/** Who took liquidity. Always the taker's side, whatever the venue sends. */
export const TakerSide = { Unknown: 0, Buy: 1, Sell: 2 } as const;
export type TakerSide = (typeof TakerSide)[keyof typeof TakerSide];
export const takerSideNames = ['unknown', 'buy', 'sell'] as const;

export class TradePayload {
  price = 0;
  quantity = 0;
  side: TakerSide = TakerSide.Unknown;
  /** The venue's trade id while it is a safe integer; -1 where `tradeIdText` holds it. */
  tradeId = 0;
  /** All digits of an id beyond 2^53 or with letters; '' otherwise. */
  tradeIdText = '';
  /** How many fills of one taker order the venue summed up in this event; 1 for a single trade. */
  fillCount = 1;

  reset(): void {
    this.price = 0;
    this.quantity = 0;
    this.side = TakerSide.Unknown;
    this.tradeId = 0;
    this.tradeIdText = '';
    this.fillCount = 1;
  }

  clone(): TradePayload {
    const copy = new TradePayload();
    copy.price = this.price;
    copy.quantity = this.quantity;
    copy.side = this.side;
    copy.tradeId = this.tradeId;
    copy.tradeIdText = this.tradeIdText;
    copy.fillCount = this.fillCount;
    return copy;
  }
}

/** Best bid and ask. A side without orders has price and quantity 0. */
export class TickerPayload {
  bidPrice = 0;
  bidQuantity = 0;
  askPrice = 0;
  askQuantity = 0;

  reset(): void {
    this.bidPrice = 0;
    this.bidQuantity = 0;
    this.askPrice = 0;
    this.askQuantity = 0;
  }

  clone(): TickerPayload {
    const copy = new TickerPayload();
    copy.bidPrice = this.bidPrice;
    copy.bidQuantity = this.bidQuantity;
    copy.askPrice = this.askPrice;
    copy.askQuantity = this.askQuantity;
    return copy;
  }
}

/**
 * Price levels of a snapshot (the whole book, best first) or of an update (absolute quantities; 0 removes the level).
 *
 * Flat pairs, `[price, quantity, price, quantity, …]`: one array of doubles a side is the cheapest thing V8 can copy.
 * Only the first `bidCount` (`askCount`) pairs count; a pooled payload keeps longer arrays for its next use.
 */
export class BookPayload {
  bids: number[] = [];
  bidCount = 0;
  asks: number[] = [];
  askCount = 0;

  reset(): void {
    this.bidCount = 0;
    this.askCount = 0;
  }

  pushBid(price: number, quantity: number): void {
    const at = this.bidCount * 2;
    this.bids[at] = price;
    this.bids[at + 1] = quantity;
    this.bidCount += 1;
  }

  pushAsk(price: number, quantity: number): void {
    const at = this.askCount * 2;
    this.asks[at] = price;
    this.asks[at + 1] = quantity;
    this.askCount += 1;
  }

  clone(): BookPayload {
    const copy = new BookPayload();
    copy.bids = this.bids.slice(0, this.bidCount * 2);
    copy.bidCount = this.bidCount;
    copy.asks = this.asks.slice(0, this.askCount * 2);
    copy.askCount = this.askCount;
    return copy;
  }
}

/** One candle, also while it is still open. */
export class KlinePayload {
  /** The venue's name of the interval, such as `1m`. */
  interval = '';
  openTimeUs = 0;
  /** The last instant that belongs to the candle. */
  closeTimeUs = 0;
  open = 0;
  high = 0;
  low = 0;
  close = 0;
  /** Turnover in base, as decimal text: a day's sum may pass 2^53 at the venue's scale. */
  volume = '0';
  /** Turnover in quote, as decimal text. */
  quoteVolume = '0';
  tradeCount = 0;
  isClosed = false;

  reset(): void {
    this.interval = '';
    this.openTimeUs = 0;
    this.closeTimeUs = 0;
    this.open = 0;
    this.high = 0;
    this.low = 0;
    this.close = 0;
    this.volume = '0';
    this.quoteVolume = '0';
    this.tradeCount = 0;
    this.isClosed = false;
  }

  clone(): KlinePayload {
    const copy = new KlinePayload();
    copy.interval = this.interval;
    copy.openTimeUs = this.openTimeUs;
    copy.closeTimeUs = this.closeTimeUs;
    copy.open = this.open;
    copy.high = this.high;
    copy.low = this.low;
    copy.close = this.close;
    copy.volume = this.volume;
    copy.quoteVolume = this.quoteVolume;
    copy.tradeCount = this.tradeCount;
    copy.isClosed = this.isClosed;
    return copy;
  }
}

export type Payload = TradePayload | TickerPayload | BookPayload | KlinePayload;
