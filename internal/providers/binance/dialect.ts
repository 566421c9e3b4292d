import { formatJson } from '../../../lib/json/json.ts';
import type { BookEvent, KlineEvent, TickerEvent, TradeEvent } from '../../../schemas/events/event.ts';
import { TakerSide } from '../../../schemas/events/payloads.ts';
import type { InstrumentFacts } from '../../../schemas/market/instrument.ts';

/**
 * Binance's tongue: canonical events as the venue's own bytes. The inverse of the decoder, for the simulator and for the
 * property `decode(dialect(e)) = e`.
 *
 *   event ids        sequenceFirst = U, sequenceLast = u, sequencePrevious = pu (usdm)
 *   venueTimeUs      trades: T. depth, kline: E. usdm bookTicker: T. spot bookTicker: the venue sends none
 *
 * Texts are concatenated by hand: a simulator that sends 5,000 frames a second shares the machine with who reads them.
 */
export const binanceMarkets = ['spot', 'us', 'usdm'] as const;
export type BinanceMarket = (typeof binanceMarkets)[number];

/** {"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.001","q":"100","T":1672515782136,"m":true,"M":true} */
export function encodeTrade(event: TradeEvent, market: BinanceMarket): string {
  const { payload } = event;
  const timeMs = msOf(event.venueTimeUs);
  const symbol = event.stream.instrument.venueSymbol;
  const id = payload.tradeIdText === '' ? payload.tradeId : payload.tradeIdText;
  const isBuyerMaker = payload.side === TakerSide.Sell;
  const facts = `"p":"${priceText(event, market, payload.price)}","q":"${quantityText(event, market, payload.quantity)}"`;
  // The futures' stream is undocumented; its form is that of recordings of 2024.
  if (market === 'usdm') {
    return `{"e":"trade","E":${timeMs},"T":${timeMs},"s":"${symbol}","t":${id},${facts},"X":"MARKET","m":${isBuyerMaker}}`;
  }
  return `{"e":"trade","E":${timeMs},"s":"${symbol}","t":${id},${facts},"T":${timeMs},"m":${isBuyerMaker},"M":true}`;
}

/**
 * {"e":"aggTrade","E":..,"s":"BNBBTC","a":12345,"p":"0.001","q":"100","f":100,"l":105,"T":..,"m":true,"M":true}
 *
 * usdm has `nq` (the quantity without retail price improvement orders: here all of it) and no `M`.
 *
 * @param firstTradeId `f`; a canonical event knows only how many trades there were, so any id is consistent with it
 */
export function encodeAggTrade(event: TradeEvent, market: BinanceMarket, firstTradeId = event.payload.tradeId): string {
  const { payload } = event;
  const timeMs = msOf(event.venueTimeUs);
  const quantity = quantityText(event, market, payload.quantity);
  return (
    `{"e":"aggTrade","E":${timeMs},"s":"${event.stream.instrument.venueSymbol}","a":${payload.tradeId}` +
    `,"p":"${priceText(event, market, payload.price)}","q":"${quantity}"${market === 'usdm' ? `,"nq":"${quantity}"` : ''}` +
    `,"f":${firstTradeId},"l":${firstTradeId + payload.fillCount - 1},"T":${timeMs}` +
    `,"m":${payload.side === TakerSide.Sell}${market === 'usdm' ? '' : ',"M":true'}}`
  );
}

/** {"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}; usdm: e, E and T, too. */
export function encodeBookTicker(event: TickerEvent, market: BinanceMarket): string {
  const { payload } = event;
  const timeMs = msOf(event.venueTimeUs);
  const symbol = event.stream.instrument.venueSymbol;
  const facts =
    `"b":"${priceText(event, market, payload.bidPrice)}","B":"${quantityText(event, market, payload.bidQuantity)}"` +
    `,"a":"${priceText(event, market, payload.askPrice)}","A":"${quantityText(event, market, payload.askQuantity)}"}`;
  if (market === 'usdm') {
    return `{"e":"bookTicker","u":${event.sequenceLast},"E":${timeMs},"T":${timeMs},"s":"${symbol}",${facts}`;
  }
  return `{"u":${event.sequenceLast},"s":"${symbol}",${facts}`;
}

/** {"e":"depthUpdate","E":..,"s":"BNBBTC","U":157,"u":160,"b":[["0.0024","10"]],"a":[["0.0026","100"]]}; usdm: T and pu, too. */
export function encodeDepthUpdate(event: BookEvent, market: BinanceMarket): string {
  const timeMs = msOf(event.venueTimeUs);
  const transactionTime = market === 'usdm' ? `,"T":${timeMs}` : '';
  const previous = market === 'usdm' ? `,"pu":${event.sequencePrevious}` : '';
  return (
    `{"e":"depthUpdate","E":${timeMs}${transactionTime},"s":"${event.stream.instrument.venueSymbol}"` +
    `,"U":${event.sequenceFirst},"u":${event.sequenceLast}${previous}` +
    `,"b":${bidsText(event, market)},"a":${asksText(event, market)}}`
  );
}

/** {"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"]],"asks":[["4.00000200","12.00000000"]]}; usdm: E and T, too. */
export function encodeDepthSnapshot(event: BookEvent, market: BinanceMarket): string {
  const timeMs = msOf(event.venueTimeUs);
  const times = market === 'usdm' ? `,"E":${timeMs},"T":${timeMs}` : '';
  return `{"lastUpdateId":${event.sequenceLast}${times},"bids":${bidsText(event, market)},"asks":${asksText(event, market)}}`;
}

/** What a candle frame says beyond the canonical event. */
export interface KlineExtras {
  /** `f`; -1 when there are no trades. */
  readonly firstTradeId: number;
  /** `V` and `Q`: the part of the turnover whose taker bought, as decimal text. */
  readonly takerBuyVolume: string;
  readonly takerBuyQuoteVolume: string;
}

/**
 * {"e":"kline","E":..,"s":"BNBBTC","k":{"t":..,"T":..,"s":"BNBBTC","i":"1m","f":100,"L":200,"o":"0.0010","c":"0.0020",
 *  "h":"0.0025","l":"0.0015","v":"1000","n":100,"x":false,"q":"1.0000","V":"500","Q":"0.500","B":"123456"}}
 */
export function encodeKline(event: KlineEvent, market: BinanceMarket, extras: KlineExtras = NO_EXTRAS): string {
  const { payload } = event;
  const symbol = event.stream.instrument.venueSymbol;
  const firstTradeId = payload.tradeCount === 0 ? -1 : extras.firstTradeId;
  const lastTradeId = payload.tradeCount === 0 ? -1 : firstTradeId + payload.tradeCount - 1;
  const volumeDecimals = quantityDecimals(market, event.quantityScale);
  const quoteDecimals = priceDecimals(market, event.priceScale);
  return (
    `{"e":"kline","E":${msOf(event.venueTimeUs)},"s":"${symbol}","k":{"t":${msOf(payload.openTimeUs)}` +
    `,"T":${msOf(payload.closeTimeUs)},"s":"${symbol}","i":"${payload.interval}","f":${firstTradeId},"L":${lastTradeId}` +
    `,"o":"${priceText(event, market, payload.open)}","c":"${priceText(event, market, payload.close)}"` +
    `,"h":"${priceText(event, market, payload.high)}","l":"${priceText(event, market, payload.low)}"` +
    `,"v":"${padded(payload.volume, volumeDecimals)}","n":${payload.tradeCount},"x":${payload.isClosed}` +
    `,"q":"${padded(payload.quoteVolume, quoteDecimals)}","V":"${padded(extras.takerBuyVolume, volumeDecimals)}"` +
    `,"Q":"${padded(extras.takerBuyQuoteVolume, quoteDecimals)}","B":"0"}}`
  );
}

/** An instrument with the rules an exchange publishes about it; integers at the instrument's scales. */
export interface ListedInstrument extends InstrumentFacts {
  readonly priceTick: number;
  readonly quantityStep: number;
  /** The least value of an order in quote, as decimal text. */
  readonly notionalMin: string;
}

/** The instrument list, in the shape of `GET /api/v3/exchangeInfo` or `/fapi/v1/exchangeInfo`. */
export function encodeExchangeInfo(instruments: readonly ListedInstrument[], market: BinanceMarket, serverTimeMs: number): string {
  const isFutures = market === 'usdm';
  return formatJson({
    timezone: 'UTC',
    serverTime: serverTimeMs,
    ...(isFutures ? { futuresType: 'U_MARGINED' } : {}),
    rateLimits: isFutures ? futuresRateLimits : spotRateLimits,
    exchangeFilters: [],
    ...(isFutures ? { assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '-10000' }] } : {}),
    symbols: instruments.map((instrument) => (isFutures ? futuresSymbol(instrument) : spotSymbol(instrument, market))),
  });
}

/** `data` as a combined connection sends it. */
export function combined(streamName: string, data: string): string {
  return `{"stream":"${streamName}","data":${data}}`;
}

const NO_EXTRAS: KlineExtras = { firstTradeId: 0, takerBuyVolume: '0', takerBuyQuoteVolume: '0' };

const spotRateLimits = [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6_000 },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 50 },
  { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 160_000 },
  { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 300_000 },
];
const futuresRateLimits = [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2_400 },
  { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1_200 },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
];

/** An order may be priced, and sized, from one tick (step) up to this many. */
const SPAN_MAX = 100_000_000;

function spotSymbol(instrument: ListedInstrument, market: BinanceMarket): object {
  const price = (mantissa: number): string => fixed(mantissa, instrument.priceScale, priceDecimals(market, instrument.priceScale));
  const quantity = (mantissa: number): string => fixed(mantissa, instrument.quantityScale, quantityDecimals(market, instrument.quantityScale));
  const { priceTick, quantityStep } = instrument;
  const lots = { minQty: quantity(quantityStep), maxQty: quantity(quantityStep * SPAN_MAX), stepSize: quantity(quantityStep) };
  return {
    symbol: instrument.venueSymbol, status: 'TRADING', baseAsset: instrument.base, baseAssetPrecision: 8, quoteAsset: instrument.quote,
    quotePrecision: 8, quoteAssetPrecision: 8, baseCommissionPrecision: 8, quoteCommissionPrecision: 8,
    orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'],
    icebergAllowed: true, quoteOrderQtyMarketAllowed: true, cancelReplaceAllowed: true, amendAllowed: true, isSpotTradingAllowed: true,
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: price(priceTick), maxPrice: price(priceTick * SPAN_MAX), tickSize: price(priceTick) },
      { filterType: 'LOT_SIZE', ...lots },
      { filterType: 'MARKET_LOT_SIZE', ...lots },
      {
        filterType: 'NOTIONAL', minNotional: padded(instrument.notionalMin, 8), applyMinToMarket: false,
        maxNotional: '9000000.00000000', applyMaxToMarket: false, avgPriceMins: 5,
      },
      {
        filterType: 'PERCENT_PRICE_BY_SIDE', bidMultiplierUp: '1.2', bidMultiplierDown: '0.2', askMultiplierUp: '5',
        askMultiplierDown: '0.8', avgPriceMins: 1,
      },
      { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
    ],
    permissions: [], permissionSets: [['SPOT', 'MARGIN']], defaultSelfTradePreventionMode: 'NONE', allowedSelfTradePreventionModes: ['NONE'],
  };
}

function futuresSymbol(instrument: ListedInstrument): object {
  const { priceTick, quantityStep, priceScale, quantityScale } = instrument;
  const price = (mantissa: number): string => fixed(mantissa, priceScale, priceScale);
  const quantity = (mantissa: number): string => fixed(mantissa, quantityScale, quantityScale);
  const lots = { minQty: quantity(quantityStep), maxQty: quantity(quantityStep * SPAN_MAX), stepSize: quantity(quantityStep) };
  return {
    symbol: instrument.venueSymbol, pair: instrument.venueSymbol, contractType: 'PERPETUAL', deliveryDate: 4_133_404_800_000,
    onboardDate: 1_569_398_400_000, status: 'TRADING', maintMarginPercent: '2.5000', requiredMarginPercent: '5.0000',
    baseAsset: instrument.base, quoteAsset: instrument.quote, marginAsset: instrument.quote, pricePrecision: priceScale,
    quantityPrecision: quantityScale, baseAssetPrecision: 8, quotePrecision: 8, underlyingType: 'COIN', underlyingSubType: [],
    triggerProtect: '0.0500', liquidationFee: '0.012000', marketTakeBound: '0.30',
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: price(priceTick), maxPrice: price(priceTick * SPAN_MAX), tickSize: price(priceTick) },
      { filterType: 'LOT_SIZE', ...lots },
      { filterType: 'MARKET_LOT_SIZE', ...lots },
      { filterType: 'MAX_NUM_ORDERS', limit: 200 },
      { filterType: 'MIN_NOTIONAL', notional: instrument.notionalMin },
      { filterType: 'PERCENT_PRICE', multiplierUp: '1.1500', multiplierDown: '0.8500', multiplierDecimal: '4' },
    ],
    orderTypes: ['LIMIT', 'MARKET', 'STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET'],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX'],
  };
}

interface Scaled {
  readonly priceScale: number;
  readonly quantityScale: number;
}

/** spot writes 8 decimals everywhere, us only for quantities, usdm never: "61837.63000000", "61837.63", "61837.6". */
function priceDecimals(market: BinanceMarket, scale: number): number {
  return market === 'spot' ? Math.max(scale, 8) : scale;
}

function quantityDecimals(market: BinanceMarket, scale: number): number {
  return market === 'usdm' ? scale : Math.max(scale, 8);
}

function priceText(event: Scaled, market: BinanceMarket, mantissa: number): string {
  return fixed(mantissa, event.priceScale, priceDecimals(market, event.priceScale));
}

function quantityText(event: Scaled, market: BinanceMarket, mantissa: number): string {
  return fixed(mantissa, event.quantityScale, quantityDecimals(market, event.quantityScale));
}

function bidsText(event: BookEvent, market: BinanceMarket): string {
  return levelsText(event, market, event.payload.bids, event.payload.bidCount);
}

function asksText(event: BookEvent, market: BinanceMarket): string {
  return levelsText(event, market, event.payload.asks, event.payload.askCount);
}

function levelsText(event: Scaled, market: BinanceMarket, pairs: readonly number[], count: number): string {
  const pricePlaces = priceDecimals(market, event.priceScale);
  const quantityPlaces = quantityDecimals(market, event.quantityScale);
  let text = '';
  for (let i = 0; i < count; i += 1) {
    const price = fixed(pairs[2 * i]!, event.priceScale, pricePlaces);
    text += `${i === 0 ? '' : ','}["${price}","${fixed(pairs[2 * i + 1]!, event.quantityScale, quantityPlaces)}"]`;
  }
  return `[${text}]`;
}

const ZEROS = '0'.repeat(32);

/** The value with exactly `decimals` digits behind the point, at least `scale` of them: (6183763, 2, 8) is 61837.63000000. */
function fixed(mantissa: number, scale: number, decimals: number): string {
  if (decimals === 0) return String(mantissa);
  if (mantissa < 0) return `-${fixed(-mantissa, scale, decimals)}`;
  let digits = String(mantissa);
  if (digits.length <= scale) digits = ZEROS.slice(0, scale + 1 - digits.length) + digits;
  const point = digits.length - scale;
  return `${digits.slice(0, point)}.${digits.slice(point)}${ZEROS.slice(0, decimals - scale)}`;
}

/** Decimal text with zeros added up to `decimals` digits behind the point; none is ever taken away. */
function padded(text: string, decimals: number): string {
  const point = text.indexOf('.');
  const found = point < 0 ? 0 : text.length - point - 1;
  if (found >= decimals) return text;
  return `${text}${point < 0 ? '.' : ''}${ZEROS.slice(0, decimals - found)}`;
}

function msOf(timeUs: number): number {
  return Math.floor(timeUs / 1_000);
}
