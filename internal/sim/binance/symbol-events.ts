import { formatDecimal } from '../../../lib/decimal/decimal.ts';
import { CanonicalEvent, EventType, type BookEvent, type KlineEvent, type TickerEvent, type TradeEvent } from '../../../schemas/events/event.ts';
import { BookPayload, KlinePayload, TickerPayload, TradePayload, type Payload } from '../../../schemas/events/payloads.ts';
import { Instrument } from '../../../schemas/market/instrument.ts';
import type { Channel } from '../../../schemas/market/stream.ts';
import type { BinanceMarket, KlineExtras } from '../../providers/binance/dialect.ts';
import type { Candle } from '../candle.ts';
import type { SimulatedInstrument } from '../instrument.ts';
import type { LimitBook } from '../limit-book.ts';
import type { Trade } from '../trade.ts';

/**
 * One instrument's market facts as canonical events, which the venue's dialect then says in its own words. One event per
 * kind, written over and over: it is encoded before the next one is asked for.
 */
export class SymbolEvents {
  readonly #trade: TradeEvent;
  readonly #ticker: TickerEvent;
  readonly #book: BookEvent;
  readonly #kline: KlineEvent;

  constructor(instrument: SimulatedInstrument, market: BinanceMarket) {
    const listed = new Instrument(instrument, 0);
    this.#trade = blank(listed, market, 'trade', EventType.Trade, new TradePayload());
    this.#ticker = blank(listed, market, 'ticker', EventType.Ticker, new TickerPayload());
    this.#book = blank(listed, market, 'book', EventType.BookUpdate, new BookPayload());
    this.#kline = blank(listed, market, 'kline', EventType.Kline, new KlinePayload());
    this.#kline.payload.interval = '1m';
  }

  /** `id` and `quantity` are the trade's own, or those of the sum it is the last part of. */
  trade(trade: Trade, id: number, quantity: number): TradeEvent {
    const event = this.#trade;
    event.venueTimeUs = trade.timeMs * 1_000;
    event.sequenceFirst = id;
    event.sequenceLast = id;
    event.payload.tradeId = id;
    event.payload.price = trade.price;
    event.payload.quantity = quantity;
    event.payload.side = trade.takerSide;
    event.payload.fillCount = 1;
    return event;
  }

  /** Whether the best of a side is another than at the last `ticker`. */
  isBestChanged(book: LimitBook): boolean {
    const { bidPrice, bidQuantity, askPrice, askQuantity } = this.#ticker.payload;
    return (
      book.bestBid !== bidPrice || book.bids.quantityAt(0) !== bidQuantity || book.bestAsk !== askPrice || book.asks.quantityAt(0) !== askQuantity
    );
  }

  ticker(book: LimitBook, lastId: number, nowMs: number): TickerEvent {
    const event = this.#ticker;
    event.venueTimeUs = nowMs * 1_000;
    event.sequenceFirst = lastId;
    event.sequenceLast = lastId;
    event.payload.bidPrice = book.bestBid;
    event.payload.bidQuantity = book.bids.quantityAt(0);
    event.payload.askPrice = book.bestAsk;
    event.payload.askQuantity = book.asks.quantityAt(0);
    return event;
  }

  /** An empty diff for a batch to write into. */
  depth(nowMs: number): BookEvent {
    const event = this.#book;
    event.type = EventType.BookUpdate;
    event.venueTimeUs = nowMs * 1_000;
    return event;
  }

  snapshot(book: LimitBook, limit: number, lastId: number, nowMs: number): BookEvent {
    const event = this.#book;
    event.type = EventType.BookSnapshot;
    event.venueTimeUs = nowMs * 1_000;
    event.sequenceFirst = lastId;
    event.sequenceLast = lastId;
    event.payload.reset();
    const { bids, asks } = book;
    for (let depth = 0; depth < Math.min(limit, bids.size); depth += 1) event.payload.pushBid(bids.priceAt(depth), bids.quantityAt(depth));
    for (let depth = 0; depth < Math.min(limit, asks.size); depth += 1) event.payload.pushAsk(asks.priceAt(depth), asks.quantityAt(depth));
    return event;
  }

  kline(candle: Candle, nowMs: number, isClosed: boolean): KlineEvent {
    const event = this.#kline;
    const { payload } = event;
    event.venueTimeUs = nowMs * 1_000;
    payload.openTimeUs = candle.openMs * 1_000;
    payload.closeTimeUs = candle.closeMs * 1_000;
    payload.open = candle.open;
    payload.high = candle.high;
    payload.low = candle.low;
    payload.close = candle.close;
    payload.volume = formatDecimal(candle.quantity, event.quantityScale);
    payload.quoteVolume = candle.quoteVolume;
    payload.tradeCount = candle.tradeCount;
    payload.isClosed = isClosed;
    return event;
  }

  klineExtras(candle: Candle): KlineExtras {
    return {
      firstTradeId: candle.firstTradeId,
      takerBuyVolume: formatDecimal(candle.takerBuyQuantity, this.#kline.quantityScale),
      takerBuyQuoteVolume: candle.takerBuyQuoteVolume,
    };
  }
}

function blank<P extends Payload>(instrument: Instrument, market: string, channel: Channel, type: EventType, payload: P): CanonicalEvent<P> {
  const event = new CanonicalEvent(payload);
  event.type = type;
  event.stream = { id: 0, provider: `sim-binance-${market}`, venue: 'binance', market, channel, instrument };
  event.priceScale = instrument.priceScale;
  event.quantityScale = instrument.quantityScale;
  return event;
}
