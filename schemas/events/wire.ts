import { assert } from '../../lib/assert/assert.ts';
import { canonicalDecimal, formatDecimal } from '../../lib/decimal/decimal.ts';
import {
  EventType, eventTypeNames, eventTypeVersions, qualityNames, type BookEvent, type CanonicalEvent, type EventTypeName, type KlineEvent,
  type TickerEvent, type TradeEvent,
} from './event.ts';
import { takerSideNames } from './payloads.ts';

/**
 * An event as the world outside sees it: plain data, ready for JSON, the same in every language.
 *
 * Prices and quantities are decimal text without trailing zeros, because a JSON number would be read as a double. Times are
 * ISO 8601 in UTC with all six digits of the microseconds, which sort as text. What is not known is null, never 0.
 * `<type>.v<version>.schema.json` beside this file describes each type.
 */
export function toWire(event: CanonicalEvent): WireEvent {
  switch (event.type) {
    case EventType.Trade:
      return { ...envelopeOf(event, 'trade'), payload: tradeOf(event as TradeEvent) };
    case EventType.Ticker:
      return { ...envelopeOf(event, 'ticker'), payload: tickerOf(event as TickerEvent) };
    case EventType.BookSnapshot:
      return { ...envelopeOf(event, 'bookSnapshot'), payload: bookOf(event as BookEvent) };
    case EventType.BookUpdate:
      return { ...envelopeOf(event, 'bookUpdate'), payload: bookOf(event as BookEvent) };
    case EventType.Kline:
      return { ...envelopeOf(event, 'kline'), payload: klineOf(event as KlineEvent) };
  }
  assert(false, 'an event without a type has no wire form');
}

export type WireEvent = WireTrade | WireTicker | WireBookSnapshot | WireBookUpdate | WireKline;
export type WireTrade = WireEnvelope<'trade', WireTradePayload>;
export type WireTicker = WireEnvelope<'ticker', WireTickerPayload>;
export type WireBookSnapshot = WireEnvelope<'bookSnapshot', WireBookPayload>;
export type WireBookUpdate = WireEnvelope<'bookUpdate', WireBookPayload>;
export type WireKline = WireEnvelope<'kline', WireKlinePayload>;

export type WireType = Exclude<EventTypeName, 'none'>;

export interface WireEnvelope<T extends WireType, P> {
  /** `meltica.event.<type>/<version>`. */
  readonly schema: string;
  readonly type: T;
  readonly version: number;
  readonly provider: string;
  readonly venue: string;
  readonly market: string;
  readonly symbol: string;
  /** Ours, 1, 2, 3 … per stream. */
  readonly sequence: number;
  /** The venue's numbers; null where it gives none. */
  readonly venueSequence: { readonly first: number; readonly last: number } | null;
  readonly epoch: number;
  readonly venueTime: string | null;
  readonly receivedTime: string;
  readonly quality: (typeof qualityNames)[number];
  readonly gapBefore: boolean;
  readonly dropped: number;
  /** 16 hexadecimal digits. */
  readonly traceId: string;
  readonly payload: P;
}

export interface WireTradePayload {
  readonly price: string;
  readonly quantity: string;
  readonly side: (typeof takerSideNames)[number];
  readonly tradeId: string | null;
  readonly fillCount: number;
}

/** Both of a side are null when nobody stands there. */
export interface WireTickerPayload {
  readonly bidPrice: string | null;
  readonly bidQuantity: string | null;
  readonly askPrice: string | null;
  readonly askQuantity: string | null;
}

/** Price and quantity. */
export type WireLevel = readonly [string, string];

export interface WireBookPayload {
  readonly bids: readonly WireLevel[];
  readonly asks: readonly WireLevel[];
}

export interface WireKlinePayload {
  readonly interval: string;
  readonly openTime: string;
  readonly closeTime: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly quoteVolume: string;
  readonly tradeCount: number;
  readonly isClosed: boolean;
}

function envelopeOf<T extends WireType>(event: CanonicalEvent, type: T): Omit<WireEnvelope<T, never>, 'payload'> {
  assert(eventTypeNames[event.type] === type, 'the name of a type is the one in the table');
  const { stream, sequenceFirst, sequenceLast } = event;
  const version = eventTypeVersions[event.type];
  return {
    schema: `meltica.event.${type}/${version}`,
    type,
    version,
    provider: stream.provider,
    venue: stream.venue,
    market: stream.market,
    symbol: stream.instrument.symbol,
    sequence: event.sequence,
    venueSequence: sequenceLast === 0 ? null : { first: sequenceFirst, last: sequenceLast },
    epoch: event.epoch,
    venueTime: event.venueTimeUs === 0 ? null : isoOf(event.venueTimeUs),
    receivedTime: isoOf(event.receivedTimeUs),
    quality: qualityNames[event.quality],
    gapBefore: event.gapBefore,
    dropped: event.dropped,
    traceId: event.traceId.toString(16).padStart(16, '0'),
  };
}

function tradeOf({ payload, priceScale, quantityScale }: TradeEvent): WireTradePayload {
  const { tradeId, tradeIdText } = payload;
  return {
    price: formatDecimal(payload.price, priceScale),
    quantity: formatDecimal(payload.quantity, quantityScale),
    side: takerSideNames[payload.side],
    tradeId: tradeIdText !== '' ? tradeIdText : tradeId > 0 ? String(tradeId) : null,
    fillCount: payload.fillCount,
  };
}

function tickerOf({ payload, priceScale, quantityScale }: TickerEvent): WireTickerPayload {
  const hasBid = payload.bidPrice !== 0 || payload.bidQuantity !== 0;
  const hasAsk = payload.askPrice !== 0 || payload.askQuantity !== 0;
  return {
    bidPrice: hasBid ? formatDecimal(payload.bidPrice, priceScale) : null,
    bidQuantity: hasBid ? formatDecimal(payload.bidQuantity, quantityScale) : null,
    askPrice: hasAsk ? formatDecimal(payload.askPrice, priceScale) : null,
    askQuantity: hasAsk ? formatDecimal(payload.askQuantity, quantityScale) : null,
  };
}

function bookOf({ payload, priceScale, quantityScale }: BookEvent): WireBookPayload {
  return {
    bids: levelsOf(payload.bids, payload.bidCount, priceScale, quantityScale),
    asks: levelsOf(payload.asks, payload.askCount, priceScale, quantityScale),
  };
}

function levelsOf(pairs: readonly number[], count: number, priceScale: number, quantityScale: number): WireLevel[] {
  const levels: WireLevel[] = [];
  for (let at = 0; at < count * 2; at += 2) levels.push([formatDecimal(pairs[at]!, priceScale), formatDecimal(pairs[at + 1]!, quantityScale)]);
  return levels;
}

function klineOf({ payload, priceScale }: KlineEvent): WireKlinePayload {
  return {
    interval: payload.interval,
    openTime: isoOf(payload.openTimeUs),
    closeTime: isoOf(payload.closeTimeUs),
    open: formatDecimal(payload.open, priceScale),
    high: formatDecimal(payload.high, priceScale),
    low: formatDecimal(payload.low, priceScale),
    close: formatDecimal(payload.close, priceScale),
    volume: canonicalDecimal(payload.volume) ?? payload.volume,
    quoteVolume: canonicalDecimal(payload.quoteVolume) ?? payload.quoteVolume,
    tradeCount: payload.tradeCount,
    isClosed: payload.isClosed,
  };
}

/** A Date holds milliseconds; the other three digits are put behind. */
function isoOf(timeUs: number): string {
  const ms = Math.floor(timeUs / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(timeUs - ms * 1000).padStart(3, '0')}Z`;
}
