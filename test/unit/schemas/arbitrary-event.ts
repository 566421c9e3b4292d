import fc from 'fast-check';
import { eventFor, EventType, type BookEvent, type CanonicalEvent } from '../../../schemas/events/event.ts';
import type { TakerSide } from '../../../schemas/events/payloads.ts';
import { Instrument } from '../../../schemas/market/instrument.ts';
import type { Channel } from '../../../schemas/market/stream.ts';

/** Any event that the pipeline could make. */
export const anyEvent: fc.Arbitrary<CanonicalEvent> = fc
  .record({
    type: fc.constantFrom(EventType.Trade, EventType.Ticker, EventType.BookSnapshot, EventType.BookUpdate, EventType.Kline),
    // Two scales in one event never pass 15 digits each.
    priceScale: fc.integer({ min: 0, max: 15 }),
    quantityScale: fc.integer({ min: 0, max: 15 }),
    numbers: fc.array(fc.maxSafeNat(), { minLength: 12, maxLength: 12 }),
    levels: fc.array(fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()), { maxLength: 8 }),
    bidShare: fc.nat({ max: 8 }),
    sequences: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
    venueTimeUs: fc.integer({ min: 0, max: 4_102_444_800_000_000 }),
    receivedTimeUs: fc.integer({ min: 0, max: 4_102_444_800_000_000 }),
    side: fc.constantFrom<TakerSide>(0, 1, 2),
    idText: fc.constantFrom('', '', '18446744073709551615', 'a-b-c'),
    small: fc.integer({ min: 0, max: 3 }),
    flag: fc.boolean(),
    turnover: fc.constantFrom('0', '0.10', '12345678901234567890.123456789', '1e-08', '5'),
    symbol: fc.stringMatching(/^[A-Z0-9]{2,6}-[A-Z]{3,4}$/),
  })
  .map((parts) => {
    const { type, priceScale, quantityScale, numbers, levels, bidShare, sequences, small, flag } = parts;
    const channel = channelOf(type);
    const event = eventFor(channel);
    const facts = { symbol: parts.symbol, venueSymbol: parts.symbol, base: 'B', quote: 'Q', priceScale, quantityScale };
    event.type = type;
    event.stream = { id: small, provider: 'some-provider', venue: 'somewhere', market: 'spot', channel, instrument: new Instrument(facts, small) };
    event.sequenceFirst = sequences[0]!;
    event.sequenceLast = sequences[1]!;
    event.sequencePrevious = sequences[2]! - 1;
    event.sequence = sequences[3]!;
    event.epoch = small + 1;
    event.venueTimeUs = parts.venueTimeUs;
    event.receivedTimeUs = parts.receivedTimeUs;
    event.receivedMonotonicMs = numbers[0]! / 1000;
    event.quality = small as CanonicalEvent['quality'];
    event.gapBefore = flag;
    event.dropped = sequences[4]!;
    event.traceId = numbers[1]!;
    event.priceScale = priceScale;
    event.quantityScale = quantityScale;
    if (channel === 'book') {
      for (const [index, [price, quantity]] of levels.entries()) {
        if (index < bidShare) (event as BookEvent).payload.pushBid(price, quantity);
        else (event as BookEvent).payload.pushAsk(price, quantity);
      }
      return event;
    }
    const [, , a = 0, b = 0, c = 0, d = 0] = numbers;
    const payloads = {
      trade: { price: a, quantity: b, side: parts.side, tradeId: parts.idText === '' ? c : -1, tradeIdText: parts.idText, fillCount: small + 1 },
      ticker: { bidPrice: a, bidQuantity: b, askPrice: flag ? 0 : c, askQuantity: flag ? 0 : d },
      kline: {
        interval: '1m', openTimeUs: parts.venueTimeUs, closeTimeUs: parts.receivedTimeUs, open: a, high: b, low: c, close: d,
        volume: parts.turnover, quoteVolume: parts.turnover, tradeCount: small, isClosed: flag,
      },
    };
    Object.assign(event.payload, payloads[channel]);
    return event;
  });

function channelOf(type: EventType): Channel {
  if (type === EventType.Trade) return 'trade';
  if (type === EventType.Ticker) return 'ticker';
  return type === EventType.Kline ? 'kline' : 'book';
}
