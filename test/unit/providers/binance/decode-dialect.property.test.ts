import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binanceMarkets, combined, encodeAggTrade, encodeBookTicker, encodeDepthSnapshot, encodeDepthUpdate, encodeKline, encodeTrade,
 
} from '../../../../internal/providers/binance/dialect.ts';
import {
  EventType, eventFor, type BookEvent, type CanonicalEvent, type KlineEvent, type TickerEvent, type TradeEvent,
} from '../../../../schemas/events/event.ts';
import { TakerSide } from '../../../../schemas/events/payloads.ts';
import { toWire } from '../../../../schemas/events/wire.ts';
import type { Channel } from '../../../../schemas/market/stream.ts';
import { DecodeBench, RECEIVED_US } from '../../../support/decode-bench.ts';

/** What the venue says of an event, decoded, is the event again: every field of its wire form. */
describe.each(binanceMarkets)('on %s', (market) => {
  const id = fc.integer({ min: 1, max: 2 ** 50 });
  const timeMs = fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 });
  const price = fc.integer({ min: 1, max: 10 ** 9 });
  const quantity = fc.integer({ min: 0, max: 10 ** 9 });
  const scale = fc.nat(7);
  const scales = fc.record({ priceScale: scale, quantityScale: scale });
  const levels = fc.array(fc.tuple(price, quantity), { maxLength: 20 });

  it('a trade comes back', () => {
    fc.assert(
      fc.property(scales, id, timeMs, price, quantity, fc.boolean(), fc.boolean(), fc.integer({ min: 1, max: 50 }), (at, tradeId, ms, paid, amount, buys, isAggregate, fills) => {
        const bench = new DecodeBench(market);
        const event = eventOf(bench, 'trade', EventType.Trade, at, tradeId) as TradeEvent;
        event.sequencePrevious = tradeId - 1;
        event.venueTimeUs = ms * 1_000;
        Object.assign(event.payload, { price: paid, quantity: amount, side: buys ? TakerSide.Buy : TakerSide.Sell, tradeId, fillCount: isAggregate ? fills : 1 });
        check(bench, event, isAggregate ? encodeAggTrade(event, market) : encodeTrade(event, market));
      }),
    );
  });

  it('a best bid and ask comes back', () => {
    fc.assert(
      fc.property(scales, id, timeMs, price, quantity, price, quantity, (at, update, ms, bidPrice, bidQuantity, askPrice, askQuantity) => {
        const bench = new DecodeBench(market);
        const event = eventOf(bench, 'ticker', EventType.Ticker, at, update) as TickerEvent;
        event.venueTimeUs = market === 'usdm' ? ms * 1_000 : 0;
        Object.assign(event.payload, { bidPrice, bidQuantity, askPrice, askQuantity });
        check(bench, event, encodeBookTicker(event, market));
      }),
    );
  });

  it('a book update and a snapshot come back', () => {
    fc.assert(
      fc.property(scales, id, fc.nat(100), fc.nat(1_000), timeMs, levels, levels, fc.boolean(), (at, last, width, before, ms, bids, asks, isSnapshot) => {
        const bench = new DecodeBench(market);
        const event = eventOf(bench, 'book', isSnapshot ? EventType.BookSnapshot : EventType.BookUpdate, at, last) as BookEvent;
        for (const [paid, amount] of bids) event.payload.pushBid(paid, amount);
        for (const [paid, amount] of asks) event.payload.pushAsk(paid, amount);
        if (isSnapshot) {
          event.venueTimeUs = market === 'usdm' ? ms * 1_000 : 0;
          expect(bench.decodeSnapshot('BTCUSDT', encodeDepthSnapshot(event, market))).toBe('Events');
          compare(bench, event);
          return;
        }
        event.sequenceFirst = Math.max(1, last - width);
        event.sequencePrevious = market === 'usdm' ? Math.max(0, event.sequenceFirst - 1 - before) : event.sequenceFirst - 1;
        event.venueTimeUs = ms * 1_000;
        check(bench, event, encodeDepthUpdate(event, market));
      }),
    );
  });

  it('a candle comes back', () => {
    const turnover = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.nat(8)).map(([value, places]) => {
      const digits = value.toString().padStart(places + 1, '0');
      const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
      return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
    });
    fc.assert(
      fc.property(scales, timeMs, fc.array(price, { minLength: 4, maxLength: 4 }), turnover, turnover, fc.nat(5_000), fc.boolean(), (at, ms, prices, volume, quoteVolume, tradeCount, isClosed) => {
        const bench = new DecodeBench(market);
        const event = eventOf(bench, 'kline', EventType.Kline, at, 0) as KlineEvent;
        const [open, high, low, close] = prices;
        const openTimeUs = ms * 1_000;
        event.venueTimeUs = openTimeUs + 5_000;
        Object.assign(event.payload, { interval: '1m', openTimeUs, closeTimeUs: openTimeUs + 59_999_999, open, high, low, close, volume, quoteVolume, tradeCount, isClosed });
        check(bench, event, encodeKline(event, market));
      }),
    );
  });

  function check(bench: DecodeBench, event: CanonicalEvent, text: string): void {
    expect(bench.decode(text)).toBe('Events');
    compare(bench, event);
    expect(bench.decode(combined('any@stream', text))).toBe('Events');
    compare(bench, event);
  }
});

function eventOf(bench: DecodeBench, channel: Channel, type: EventType, scales: { priceScale: number; quantityScale: number }, last: number): CanonicalEvent {
  const event = eventFor(channel);
  event.type = type;
  event.stream = bench.symbol('BTCUSDT')![channel]!;
  event.sequenceFirst = last;
  event.sequenceLast = last;
  event.epoch = 3;
  event.receivedTimeUs = RECEIVED_US;
  event.traceId = 4_097;
  return Object.assign(event, scales);
}

function compare(bench: DecodeBench, event: CanonicalEvent): void {
  const found = bench.events.at(-1)!;
  expect(toWire(found)).toEqual(toWire(event));
  expect(found.sequencePrevious).toBe(event.sequencePrevious);
  expect(bench.lent).toBe(0);
}
