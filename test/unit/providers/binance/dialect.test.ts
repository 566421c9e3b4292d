import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecimalReader, formatDecimal } from '../../../../lib/decimal/decimal.ts';
import { parseJson } from '../../../../lib/json/json.ts';
import { CanonicalEvent, EventType } from '../../../../schemas/events/event.ts';
import { BookPayload, KlinePayload, TakerSide, TickerPayload, TradePayload, type Payload } from '../../../../schemas/events/payloads.ts';
import { Instrument } from '../../../../schemas/market/instrument.ts';
import {
  binanceMarkets,
  combined,
  encodeAggTrade,
  encodeBookTicker,
  encodeDepthSnapshot,
  encodeDepthUpdate,
  encodeExchangeInfo,
  encodeKline,
  encodeTrade,
  type BinanceMarket,
} from '../../../../internal/providers/binance/dialect.ts';

const bnb = { symbol: 'BNB-USDT', venueSymbol: 'BNBUSDT', base: 'BNB', quote: 'USDT', priceScale: 2, quantityScale: 3 };

function event<P extends Payload>(type: EventType, payload: P, priceScale = 2, quantityScale = 3): CanonicalEvent<P> {
  const made = new CanonicalEvent(payload);
  made.type = type;
  made.stream = { id: 0, provider: 'p', venue: 'binance', market: 'spot', channel: 'trade', instrument: new Instrument(bnb, 0) };
  made.priceScale = priceScale;
  made.quantityScale = quantityScale;
  made.venueTimeUs = 1_672_515_782_136_000;
  return made;
}

function trade(side: TakerSide): CanonicalEvent<TradePayload> {
  const made = event(EventType.Trade, new TradePayload());
  Object.assign(made.payload, { price: 25_351, quantity: 31_210, side, tradeId: 12_345, fillCount: 3 });
  return made;
}

function ticker(): CanonicalEvent<TickerPayload> {
  const made = event(EventType.Ticker, new TickerPayload());
  made.sequenceLast = 400_900_217;
  Object.assign(made.payload, { bidPrice: 2_535, bidQuantity: 31_210, askPrice: 2_536, askQuantity: 40 });
  return made;
}

function book(): CanonicalEvent<BookPayload> {
  const made = event(EventType.BookUpdate, new BookPayload());
  Object.assign(made, { sequenceFirst: 157, sequenceLast: 160, sequencePrevious: 149 });
  made.payload.pushBid(24, 10_000);
  made.payload.pushBid(23, 0);
  made.payload.pushAsk(26, 100);
  return made;
}

function kline(): CanonicalEvent<KlinePayload> {
  const made = event(EventType.Kline, new KlinePayload());
  Object.assign(made.payload, {
    interval: '1m', openTimeUs: 1_672_515_780_000_000, closeTimeUs: 1_672_515_839_999_000, open: 10, high: 25, low: 5, close: 20,
    volume: '1000', quoteVolume: '1.5', tradeCount: 100, isClosed: true,
  });
  return made;
}

describe('the dialect of spot', () => {
  it.each([
    ['a trade whose taker sold', encodeTrade(trade(TakerSide.Sell), 'spot'), '{"e":"trade","E":1672515782136,"s":"BNBUSDT","t":12345,"p":"253.51000000","q":"31.21000000","T":1672515782136,"m":true,"M":true}'],
    ['an aggregate whose taker bought', encodeAggTrade(trade(TakerSide.Buy), 'spot', 100), '{"e":"aggTrade","E":1672515782136,"s":"BNBUSDT","a":12345,"p":"253.51000000","q":"31.21000000","f":100,"l":102,"T":1672515782136,"m":false,"M":true}'],
    ['the best prices, without a time', encodeBookTicker(ticker(), 'spot'), '{"u":400900217,"s":"BNBUSDT","b":"25.35000000","B":"31.21000000","a":"25.36000000","A":"0.04000000"}'],
    ['a diff', encodeDepthUpdate(book(), 'spot'), '{"e":"depthUpdate","E":1672515782136,"s":"BNBUSDT","U":157,"u":160,"b":[["0.24000000","10.00000000"],["0.23000000","0.00000000"]],"a":[["0.26000000","0.10000000"]]}'],
    ['a snapshot', encodeDepthSnapshot(book(), 'spot'), '{"lastUpdateId":160,"bids":[["0.24000000","10.00000000"],["0.23000000","0.00000000"]],"asks":[["0.26000000","0.10000000"]]}'],
    ['a candle', encodeKline(kline(), 'spot', { firstTradeId: 100, takerBuyVolume: '500', takerBuyQuoteVolume: '0.5' }), '{"e":"kline","E":1672515782136,"s":"BNBUSDT","k":{"t":1672515780000,"T":1672515839999,"s":"BNBUSDT","i":"1m","f":100,"L":199,"o":"0.10000000","c":"0.20000000","h":"0.25000000","l":"0.05000000","v":"1000.00000000","n":100,"x":true,"q":"1.50000000","V":"500.00000000","Q":"0.50000000","B":"0"}}'],
    ['the wrapping of a combined stream', combined('bnbusdt@trade', '{"e":"trade"}'), '{"stream":"bnbusdt@trade","data":{"e":"trade"}}'],
  ])('says %s', (_name, text, expected) => {
    expect(text).toBe(expected);
  });

  it('says -1 for the trades of a candle without any', () => {
    const empty = kline();
    empty.payload.tradeCount = 0;
    expect(encodeKline(empty, 'spot')).toContain('"f":-1,"L":-1,');
  });

  it('says a trade id beyond 2^53 with all its digits', () => {
    const big = trade(TakerSide.Buy);
    Object.assign(big.payload, { tradeId: -1, tradeIdText: '90071992547409931' });
    expect(encodeTrade(big, 'spot')).toContain('"t":90071992547409931,');
  });
});

describe('the dialects of the other markets', () => {
  it.each([
    ['us: prices with the decimals of the tick, quantities with 8', encodeBookTicker(ticker(), 'us'), '{"u":400900217,"s":"BNBUSDT","b":"25.35","B":"31.21000000","a":"25.36","A":"0.04000000"}'],
    ['usdm: the best prices with their time', encodeBookTicker(ticker(), 'usdm'), '{"e":"bookTicker","u":400900217,"E":1672515782136,"T":1672515782136,"s":"BNBUSDT","b":"25.35","B":"31.210","a":"25.36","A":"0.040"}'],
    ['usdm: a diff with the id before it', encodeDepthUpdate(book(), 'usdm'), '{"e":"depthUpdate","E":1672515782136,"T":1672515782136,"s":"BNBUSDT","U":157,"u":160,"pu":149,"b":[["0.24","10.000"],["0.23","0.000"]],"a":[["0.26","0.100"]]}'],
    ['usdm: a snapshot with times', encodeDepthSnapshot(book(), 'usdm'), '{"lastUpdateId":160,"E":1672515782136,"T":1672515782136,"bids":[["0.24","10.000"],["0.23","0.000"]],"asks":[["0.26","0.100"]]}'],
    ['usdm: an aggregate with its normal quantity', encodeAggTrade(trade(TakerSide.Sell), 'usdm'), '{"e":"aggTrade","E":1672515782136,"s":"BNBUSDT","a":12345,"p":"253.51","q":"31.210","nq":"31.210","f":12345,"l":12347,"T":1672515782136,"m":true}'],
    ['usdm: a trade with its kind', encodeTrade(trade(TakerSide.Buy), 'usdm'), '{"e":"trade","E":1672515782136,"T":1672515782136,"s":"BNBUSDT","t":12345,"p":"253.51","q":"31.210","X":"MARKET","m":false}'],
  ])('%s', (_name, text, expected) => {
    expect(text).toBe(expected);
  });
});

const mantissa = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const scale = fc.integer({ min: 0, max: 15 });

describe.each(binanceMarkets)('every text of %s', (market: BinanceMarket) => {
  it('is JSON with exactly the documented keys', () => {
    const keysOf: Record<string, string[]> =
      market === 'usdm'
        ? { trade: ['e', 'E', 'T', 's', 't', 'p', 'q', 'X', 'm'], aggTrade: ['e', 'E', 's', 'a', 'p', 'q', 'nq', 'f', 'l', 'T', 'm'], ticker: ['e', 'u', 'E', 'T', 's', 'b', 'B', 'a', 'A'], depth: ['e', 'E', 'T', 's', 'U', 'u', 'pu', 'b', 'a'], snapshot: ['lastUpdateId', 'E', 'T', 'bids', 'asks'], kline: ['e', 'E', 's', 'k'] }
        : { trade: ['e', 'E', 's', 't', 'p', 'q', 'T', 'm', 'M'], aggTrade: ['e', 'E', 's', 'a', 'p', 'q', 'f', 'l', 'T', 'm', 'M'], ticker: ['u', 's', 'b', 'B', 'a', 'A'], depth: ['e', 'E', 's', 'U', 'u', 'b', 'a'], snapshot: ['lastUpdateId', 'bids', 'asks'], kline: ['e', 'E', 's', 'k'] };
    fc.assert(
      fc.property(mantissa, mantissa, scale, scale, fc.nat(), (price, quantity, priceScale, quantityScale, id) => {
        const fill = event(EventType.Trade, new TradePayload(), priceScale, quantityScale);
        Object.assign(fill.payload, { price, quantity, tradeId: id });
        const best = event(EventType.Ticker, new TickerPayload(), priceScale, quantityScale);
        Object.assign(best.payload, { bidPrice: price, bidQuantity: quantity });
        const levels = event(EventType.BookUpdate, new BookPayload(), priceScale, quantityScale);
        levels.payload.pushAsk(price, quantity);
        const candle = event(EventType.Kline, new KlinePayload(), priceScale, quantityScale);
        Object.assign(candle.payload, { open: price, volume: formatDecimal(quantity, quantityScale), tradeCount: id });
        const texts: Record<string, string> = {
          trade: encodeTrade(fill, market),
          aggTrade: encodeAggTrade(fill, market),
          ticker: encodeBookTicker(best, market),
          depth: encodeDepthUpdate(levels, market),
          snapshot: encodeDepthSnapshot(levels, market),
          kline: encodeKline(candle, market),
        };
        for (const [kind, text] of Object.entries(texts)) expect(Object.keys(parseJson(text) as object)).toEqual(keysOf[kind]);
        const { k } = parseJson(texts['kline']!) as { k: object };
        expect(Object.keys(k)).toEqual(['t', 'T', 's', 'i', 'f', 'L', 'o', 'c', 'h', 'l', 'v', 'n', 'x', 'q', 'V', 'Q', 'B']);
      }),
    );
  });

  it('keeps every digit of a price and of a quantity', () => {
    const reader = new DecimalReader();
    fc.assert(
      fc.property(mantissa, mantissa, scale, scale, (price, quantity, priceScale, quantityScale) => {
        const fill = event(EventType.Trade, new TradePayload(), priceScale, quantityScale);
        Object.assign(fill.payload, { price, quantity });
        const { p, q } = parseJson(encodeTrade(fill, market)) as { p: string; q: string };
        // Up to 8 decimals more than the scale: the reader may only refuse what is beyond 2^53.
        if (reader.read(p, priceScale)) expect(reader.mantissa).toBe(price);
        if (reader.read(q, quantityScale)) expect(reader.mantissa).toBe(quantity);
        expect(p).toMatch(/^\d+(\.\d+)?$/);
        expect(p.includes('.') ? p.replace(/\.?0+$/, '') : p).toBe(formatDecimal(price, priceScale));
        expect(q.includes('.') ? q.replace(/\.?0+$/, '') : q).toBe(formatDecimal(quantity, quantityScale));
      }),
    );
  });
});

describe('the instrument list', () => {
  const listed = { ...bnb, priceTick: 1, quantityStep: 5, notionalMin: '5' };

  it('of spot has the filters a client reads ticks, steps and the least order from', () => {
    const info = parseJson(encodeExchangeInfo([listed], 'spot', 7)) as { serverTime: number; symbols: { filters: object[] }[] };
    expect(info.serverTime).toBe(7);
    expect(info.symbols[0]).toMatchObject({ symbol: 'BNBUSDT', status: 'TRADING', baseAsset: 'BNB', quoteAsset: 'USDT' });
    expect(info.symbols[0]!.filters.slice(0, 4)).toEqual([
      { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
      { filterType: 'LOT_SIZE', minQty: '0.00500000', maxQty: '500000.00000000', stepSize: '0.00500000' },
      { filterType: 'MARKET_LOT_SIZE', minQty: '0.00500000', maxQty: '500000.00000000', stepSize: '0.00500000' },
      expect.objectContaining({ filterType: 'NOTIONAL', minNotional: '5.00000000' }),
    ]);
  });

  it('of usdm has perpetual contracts with their own filters', () => {
    const info = parseJson(encodeExchangeInfo([listed], 'usdm', 7)) as { symbols: { filters: object[] }[] };
    expect(info.symbols[0]).toMatchObject({ symbol: 'BNBUSDT', pair: 'BNBUSDT', contractType: 'PERPETUAL', status: 'TRADING', marginAsset: 'USDT' });
    expect(info.symbols[0]!.filters).toContainEqual({ filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000.00', tickSize: '0.01' });
    expect(info.symbols[0]!.filters).toContainEqual({ filterType: 'MIN_NOTIONAL', notional: '5' });
  });
});
