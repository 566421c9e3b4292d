import { eventFor, EventType, type BookEvent, type CanonicalEvent, type KlineEvent, type TickerEvent, type TradeEvent } from '../../../../schemas/events/event.ts';
import { TakerSide } from '../../../../schemas/events/payloads.ts';
import { Instrument } from '../../../../schemas/market/instrument.ts';
import type { Channel, Stream } from '../../../../schemas/market/stream.ts';

export const instrument = new Instrument({ symbol: 'BTC-USDT', venueSymbol: 'BTCUSDT', base: 'BTC', quote: 'USDT', priceScale: 2, quantityScale: 5 }, 0);

const ids: readonly Channel[] = ['trade', 'ticker', 'book', 'kline'];

export function stream(channel: Channel, provider = 'binance-spot', of = instrument): Stream {
  return { id: ids.indexOf(channel) + of.id * 4, provider, venue: 'binance', market: 'spot', channel, instrument: of };
}

export function trade(price = 6_183_763, quantity = 12_340, side: TakerSide = TakerSide.Buy): TradeEvent {
  const event = envelope('trade', EventType.Trade) as TradeEvent;
  event.payload.price = price;
  event.payload.quantity = quantity;
  event.payload.side = side;
  event.payload.tradeId = 3_740_912_345;
  event.sequenceFirst = event.sequenceLast;
  return event;
}

export function ticker(bidPrice = 6_183_763, bidQuantity = 150_000, askPrice = 6_183_764, askQuantity = 2_500, of = instrument): TickerEvent {
  const event = envelope('ticker', EventType.Ticker, of) as TickerEvent;
  Object.assign(event.payload, { bidPrice, bidQuantity, askPrice, askQuantity });
  return event;
}

export function book(type: typeof EventType.BookSnapshot | typeof EventType.BookUpdate, bids: readonly number[], asks: readonly number[]): BookEvent {
  const event = envelope('book', type) as BookEvent;
  for (let at = 0; at < bids.length; at += 2) event.payload.pushBid(bids[at]!, bids[at + 1]!);
  for (let at = 0; at < asks.length; at += 2) event.payload.pushAsk(asks[at]!, asks[at + 1]!);
  return event;
}

export function kline(): KlineEvent {
  const event = envelope('kline', EventType.Kline) as KlineEvent;
  Object.assign(event.payload, {
    interval: '1m',
    openTimeUs: 1_617_647_580_000_000,
    closeTimeUs: 1_617_647_639_999_999,
    open: 6_183_700,
    high: 6_190_000,
    low: 6_183_650,
    close: 6_183_763,
    volume: '12.50',
    quoteVolume: '773001.2345678900',
    tradeCount: 321,
  });
  return event;
}

function envelope(channel: Channel, type: EventType, of = instrument): CanonicalEvent {
  const event = eventFor(channel);
  event.type = type;
  event.stream = stream(channel, 'binance-spot', of);
  event.sequence = 7;
  event.sequenceFirst = 499_822_845;
  event.sequenceLast = 499_822_867;
  event.epoch = 1;
  event.venueTimeUs = 1_617_647_603_472_000;
  event.receivedTimeUs = 1_617_647_603_463_468;
  event.priceScale = of.priceScale;
  event.quantityScale = of.quantityScale;
  event.traceId = 0xbeef;
  return event;
}
