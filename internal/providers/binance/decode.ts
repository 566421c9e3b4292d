import { isUtf8 } from 'node:buffer';
import { canonicalDecimal, DecimalProblem, DecimalReader } from '../../../lib/decimal/decimal.ts';
import { tryParseJson } from '../../../lib/json/json.ts';
import { EventType, eventTypeNames, type BookEvent, type CanonicalEvent, type KlineEvent, type TickerEvent, type TradeEvent } from '../../../schemas/events/event.ts';
import { TakerSide } from '../../../schemas/events/payloads.ts';
import { widen, type Instrument } from '../../../schemas/market/instrument.ts';
import type { Channel, Stream } from '../../../schemas/market/stream.ts';
import type { WsFrame } from '../../../schemas/market/ws-frame.ts';
import { UNNAMED_REQUEST } from '../session/subscribe-desk.ts';
import type { SymbolEntry } from '../session/symbol-board.ts';
import { Outcome, type DecodeDesk, type Decoder } from '../session/venue.ts';
import type { BinanceMarket } from './dialect.ts';

/**
 * The finest scale a frame may widen its instrument to. Binance quotes 8 decimals everywhere; a frame with more is wrong, and
 * must not leave the instrument at a scale where no ordinary price fits 2^53 any more.
 */
const WIDENED_SCALE_MAX = 8;

const decimalFaults: Readonly<Record<DecimalProblem, string>> = {
  [DecimalProblem.None]: 'is good',
  [DecimalProblem.Malformed]: 'is no decimal',
  [DecimalProblem.NeedsScale]: `has more than ${WIDENED_SCALE_MAX} decimals`,
  [DecimalProblem.OutOfRange]: 'passes 2^53 at its scale',
};

type Message = Readonly<Record<string, unknown>>;
type Fill = (message: Message, event: CanonicalEvent) => boolean;

/**
 * Binance frames to canonical events. Every frame ends in one Outcome; nothing is guessed and nothing thrown.
 *
 *   raw       {"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.001","q":"100","T":1672515782136,"m":true,"M":true}
 *   combined  {"stream":"bnbbtc@trade","data":{…the same…}}
 *
 * The kind stands in `e`; only spot's best bid/ask has none (and no time either):
 *
 *   {"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}
 *
 * Prices and quantities are text, ids and times are numbers in milliseconds (web-socket-streams.md).
 */
export class BinanceDecoder implements Decoder {
  fault = '';
  drift = '';
  dryChannel: Channel = 'trade';
  readonly #isFutures: boolean;
  readonly #desk: DecodeDesk;
  readonly #decimal = new DecimalReader();
  /** Which of `trade` and `aggTrade` a symbol's trade stream is made of: the first seen, because their ids do not mix. */
  readonly #tradeKind = new Map<SymbolEntry, string>();
  /** The latest run of ignored trade ids of each stream that has any. */
  readonly #skipped = new Map<number, { readonly first: number; last: number }>();
  /** The instrument whose scale grew while its event was being filled: the event is filled again. */
  #widened = false;
  /** A key of the schema that the frame does not have; '' while none is missing. */
  #missingKey = '';

  readonly #fillTrade: Fill = (message, event) => this.#trade(message, event as TradeEvent, 't');
  readonly #fillAggTrade: Fill = (message, event) => this.#trade(message, event as TradeEvent, 'a');
  readonly #fillTicker: Fill = (message, event) => this.#ticker(message, event as TickerEvent);
  readonly #fillDepth: Fill = (message, event) => this.#depth(message, event as BookEvent);
  readonly #fillSnapshot: Fill = (message, event) => this.#snapshot(message, event as BookEvent);
  readonly #fillKline: Fill = (message, event) => this.#kline(message, event as KlineEvent);

  constructor(market: BinanceMarket, desk: DecodeDesk) {
    this.#isFutures = market === 'usdm';
    this.#desk = desk;
  }

  decode(frame: WsFrame): Outcome {
    this.drift = '';
    const root = this.#parse(frame.data);
    if (root === null) return Outcome.Bad;
    const data = root['data'];
    if (typeof root['stream'] === 'string' && isMessage(data)) return this.#message(data, frame);
    return this.#message(root, frame);
  }

  decodeSnapshot(stream: Stream, body: WsFrame): Outcome {
    this.drift = '';
    const root = this.#parse(body.data);
    if (root === null) return Outcome.Bad;
    return this.#event(root, body, 'book', EventType.BookSnapshot, stream, this.#fillSnapshot);
  }

  #parse(data: Buffer): Message | null {
    if (!isUtf8(data)) return this.#bad('not UTF-8'), null;
    const parsed = tryParseJson(data.toString());
    if (!parsed.ok) return this.#bad(`not JSON: ${parsed.reason}`), null;
    if (!isMessage(parsed.value)) return this.#bad('not an object'), null;
    return parsed.value;
  }

  #message(message: Message, frame: WsFrame): Outcome {
    const kind = message['e'];
    switch (kind) {
      case 'trade':
        return this.#tradeOf(message, frame, kind, this.#fillTrade);
      case 'aggTrade':
        return this.#tradeOf(message, frame, kind, this.#fillAggTrade);
      case 'bookTicker':
        return this.#symbolEvent(message, frame, 'ticker', EventType.Ticker, this.#fillTicker);
      case 'depthUpdate':
        return this.#symbolEvent(message, frame, 'book', EventType.BookUpdate, this.#fillDepth);
      case 'kline':
        return this.#symbolEvent(message, frame, 'kline', EventType.Kline, this.#fillKline);
      case 'serverShutdown':
        // {"e":"serverShutdown","E":1770123456789}: the venue will cut this connection.
        this.#desk.onFarewell(frame.connection);
        return Outcome.Control;
      case undefined:
        return this.#unnamed(message, frame);
      default:
        this.fault = typeof kind === 'string' ? kind.slice(0, 40) : 'e is no text';
        return Outcome.Unknown;
    }
  }

  /** Frames without `e`: replies to our requests, and spot's best bid/ask. */
  #unnamed(message: Message, frame: WsFrame): Outcome {
    if (isText(message['b']) && isText(message['B']) && isText(message['s'])) {
      return this.#symbolEvent(message, frame, 'ticker', EventType.Ticker, this.#fillTicker);
    }
    const id = message['id'];
    if (id === undefined && 'code' in message && 'msg' in message) {
      // {"code":2,"msg":"Invalid request: too many parameters"}: most refusals do not name their request.
      this.#desk.onReply(frame.connection, UNNAMED_REQUEST, refusalOf(message));
      return Outcome.Control;
    }
    if (id !== undefined && ('result' in message || 'code' in message || 'error' in message)) {
      const refusal = 'result' in message ? '' : refusalOf(message);
      this.#desk.onReply(frame.connection, typeof id === 'number' ? id : -1, refusal);
      return Outcome.Control;
    }
    this.fault = Object.keys(message).slice(0, 4).join(',');
    return Outcome.Unknown;
  }

  #tradeOf(message: Message, frame: WsFrame, kind: string, fill: Fill): Outcome {
    const entry = isText(message['s']) ? this.#desk.symbol(message['s']) : undefined;
    // Futures: insurance fund and liquidation transfers ("X":"INSURANCE_FUND", "ADL") are not trades of the market.
    const origin = message['X'];
    if (origin !== undefined && origin !== 'MARKET') {
      if (entry !== undefined && entry.trade !== null) this.#skip(entry.trade, message['t']);
      return Outcome.Ignored;
    }
    const chosen = entry === undefined ? undefined : this.#tradeKind.get(entry);
    if (chosen !== undefined && chosen !== kind) return Outcome.Ignored;
    const outcome = this.#symbolEvent(message, frame, 'trade', EventType.Trade, fill);
    if (outcome === Outcome.Events && chosen === undefined) this.#tradeKind.set(entry!, kind);
    return outcome;
  }

  /** An ignored trade has an id all the same: the next one follows what came before it, and nothing is missing. */
  #skip(stream: Stream, id: unknown): void {
    if (!isId(id)) return;
    const skipped = this.#skipped.get(stream.id);
    if (skipped !== undefined && skipped.last === id - 1) skipped.last = id;
    else this.#skipped.set(stream.id, { first: id, last: id });
  }

  #idBefore(stream: Stream, id: number): number {
    const skipped = this.#skipped.get(stream.id);
    return (skipped !== undefined && skipped.last === id - 1 ? skipped.first : id) - 1;
  }

  #symbolEvent(message: Message, frame: WsFrame, channel: Channel, type: EventType, fill: Fill): Outcome {
    const symbol = message['s'];
    if (!isText(symbol)) return this.#bad('s (symbol) is no text');
    const entry = this.#desk.symbol(symbol);
    if (entry === undefined) {
      this.fault = `symbol ${symbol.slice(0, 40)}`;
      return Outcome.Unknown;
    }
    const stream = entry[channel];
    if (stream === null) return Outcome.Ignored;
    return this.#event(message, frame, channel, type, stream, fill);
  }

  #event(message: Message, frame: WsFrame, channel: Channel, type: EventType, stream: Stream, fill: Fill): Outcome {
    const event = this.#desk.tryAcquire(channel);
    if (event === null) {
      this.dryChannel = channel;
      return Outcome.Dry;
    }
    event.type = type;
    event.stream = stream;
    event.epoch = frame.epoch;
    event.receivedTimeUs = frame.receivedTimeUs;
    event.receivedMonotonicMs = frame.receivedMonotonicMs;
    event.traceId = frame.traceId;
    this.#missingKey = '';
    do {
      this.#widened = false;
      event.priceScale = stream.instrument.priceScale;
      event.quantityScale = stream.instrument.quantityScale;
      event.payload.reset();
      if (!fill(message, event)) {
        this.#desk.release(event);
        if (this.#missingKey !== '') this.drift = `${eventTypeNames[type]}.${this.#missingKey}`;
        return Outcome.Bad;
      }
    } while (this.#widened);
    this.#desk.emit(event);
    return Outcome.Events;
  }

  /** `m`: the buyer is the maker, so the taker sold. `aggTrade` sums the fills f..l of one taker order at one price. */
  #trade(message: Message, event: TradeEvent, idKey: 't' | 'a'): boolean {
    const payload = event.payload;
    const instrument = event.stream.instrument;
    const id = message[idKey];
    const timeMs = message['T'];
    const isMaker = message['m'];
    if (!isId(id)) return this.#badField(idKey, id);
    if (!isId(timeMs)) return this.#badField('T', timeMs);
    if (typeof isMaker !== 'boolean') return this.#badField('m', isMaker);
    if (!this.#price(message['p'], 'p', instrument)) return false;
    payload.price = this.#decimal.mantissa;
    if (!this.#quantity(message['q'], 'q', instrument)) return false;
    payload.quantity = this.#decimal.mantissa;
    payload.side = isMaker ? TakerSide.Sell : TakerSide.Buy;
    payload.tradeId = id;
    const first = message['f'];
    const last = message['l'];
    payload.fillCount = idKey === 'a' && isId(first) && isId(last) ? last - first + 1 : 1;
    if (payload.fillCount < 1) return this.#badField('l', last);
    event.sequenceFirst = id;
    event.sequenceLast = id;
    event.sequencePrevious = idKey === 't' ? this.#idBefore(event.stream, id) : id - 1;
    event.venueTimeUs = timeMs * 1_000;
    return true;
  }

  /** Update ids only grow from one best bid/ask to the next; they say nothing about what is missing between. */
  #ticker(message: Message, event: TickerEvent): boolean {
    const payload = event.payload;
    const instrument = event.stream.instrument;
    const id = message['u'];
    if (!isId(id)) return this.#badField('u', id);
    if (!this.#price(message['b'], 'b', instrument)) return false;
    payload.bidPrice = this.#decimal.mantissa;
    if (!this.#quantity(message['B'], 'B', instrument)) return false;
    payload.bidQuantity = this.#decimal.mantissa;
    if (!this.#price(message['a'], 'a', instrument)) return false;
    payload.askPrice = this.#decimal.mantissa;
    if (!this.#quantity(message['A'], 'A', instrument)) return false;
    payload.askQuantity = this.#decimal.mantissa;
    const timeMs = message['T'];
    event.sequenceFirst = id;
    event.sequenceLast = id;
    event.sequencePrevious = -1;
    event.venueTimeUs = isId(timeMs) ? timeMs * 1_000 : 0;
    return true;
  }

  #depth(message: Message, event: BookEvent): boolean {
    const first = message['U'];
    const last = message['u'];
    const previous = message['pu'];
    const timeMs = message['E'];
    if (!isId(first)) return this.#badField('U', first);
    if (!isId(last)) return this.#badField('u', last);
    if (first > last) return this.#badOrder('U', first, 'u', last);
    if (!isId(timeMs)) return this.#badField('E', timeMs);
    if (this.#isFutures && !isId(previous)) return this.#badField('pu', previous);
    event.sequenceFirst = first;
    event.sequenceLast = last;
    event.sequencePrevious = isId(previous) ? previous : first - 1;
    event.venueTimeUs = timeMs * 1_000;
    return this.#levels(message['b'], 'b', event, true) && this.#levels(message['a'], 'a', event, false);
  }

  /** {"lastUpdateId":1027024,"bids":[["4.00000000","431.00000000"]],"asks":[["4.00000200","12.00000000"]]}; futures add E and T. */
  #snapshot(message: Message, event: BookEvent): boolean {
    const last = message['lastUpdateId'];
    const timeMs = message['T'];
    if (!isId(last)) return this.#badField('lastUpdateId', last);
    event.sequenceFirst = last;
    event.sequenceLast = last;
    event.sequencePrevious = -1;
    event.venueTimeUs = isId(timeMs) ? timeMs * 1_000 : 0;
    return this.#levels(message['bids'], 'bids', event, true) && this.#levels(message['asks'], 'asks', event, false);
  }

  #levels(levels: unknown, key: string, event: BookEvent, isBid: boolean): boolean {
    if (!Array.isArray(levels)) return this.#badField(key, levels);
    const instrument = event.stream.instrument;
    for (let i = 0; i < levels.length; i += 1) {
      const level: unknown = levels[i];
      if (!Array.isArray(level) || level.length < 2) return this.#badField(key, level);
      if (!this.#price(level[0], key, instrument)) return false;
      const price = this.#decimal.mantissa;
      if (!this.#quantity(level[1], key, instrument)) return false;
      if (isBid) event.payload.pushBid(price, this.#decimal.mantissa);
      else event.payload.pushAsk(price, this.#decimal.mantissa);
    }
    return true;
  }

  /** {"e":"kline","E":…,"s":"BNBBTC","k":{"t":open ms,"T":close ms,"i":"1m","o":"0.0010",…,"v":base,"q":quote,"n":100,"x":closed}} */
  #kline(message: Message, event: KlineEvent): boolean {
    const candle = message['k'];
    const timeMs = message['E'];
    if (!isMessage(candle)) return this.#badField('k', candle);
    if (!isId(timeMs)) return this.#badField('E', timeMs);
    const { t: openMs, T: closeMs, i: interval, n: tradeCount, x: isClosed, v: volume, q: quoteVolume } = candle;
    if (!isId(openMs)) return this.#badField('k.t', openMs);
    if (!isId(closeMs)) return this.#badField('k.T', closeMs);
    if (!isText(interval)) return this.#badField('k.i', interval);
    if (!isId(tradeCount)) return this.#badField('k.n', tradeCount);
    if (typeof isClosed !== 'boolean') return this.#badField('k.x', isClosed);
    const base = isText(volume) ? canonicalDecimal(volume) : null;
    const quote = isText(quoteVolume) ? canonicalDecimal(quoteVolume) : null;
    if (base === null) return this.#badField('k.v', volume);
    if (quote === null) return this.#badField('k.q', quoteVolume);
    const payload = event.payload;
    const instrument = event.stream.instrument;
    if (!this.#price(candle['o'], 'k.o', instrument)) return false;
    payload.open = this.#decimal.mantissa;
    if (!this.#price(candle['h'], 'k.h', instrument)) return false;
    payload.high = this.#decimal.mantissa;
    if (!this.#price(candle['l'], 'k.l', instrument)) return false;
    payload.low = this.#decimal.mantissa;
    if (!this.#price(candle['c'], 'k.c', instrument)) return false;
    payload.close = this.#decimal.mantissa;
    payload.interval = interval;
    payload.openTimeUs = openMs * 1_000;
    payload.closeTimeUs = closeMs * 1_000 + 999; // The venue's close time is the last millisecond, inclusive.
    payload.volume = base;
    payload.quoteVolume = quote;
    payload.tradeCount = tradeCount;
    payload.isClosed = isClosed;
    event.venueTimeUs = timeMs * 1_000;
    return true;
  }

  #price(text: unknown, key: string, instrument: Instrument): boolean {
    if (!isText(text)) return this.#badField(key, text);
    if (text.startsWith('-')) return this.#badNegative(key, text);
    if (this.#decimal.read(text, instrument.priceScale)) return true;
    if (this.#decimal.problem !== DecimalProblem.NeedsScale) return this.#badDecimal(key, text);
    if (this.#decimal.scale > Math.max(WIDENED_SCALE_MAX, instrument.priceScale)) return this.#badDecimal(key, text);
    widen(instrument, this.#decimal.scale, 0);
    this.#widened = true;
    return this.#decimal.read(text, instrument.priceScale) || this.#badDecimal(key, text);
  }

  #quantity(text: unknown, key: string, instrument: Instrument): boolean {
    if (!isText(text)) return this.#badField(key, text);
    if (text.startsWith('-')) return this.#badNegative(key, text);
    if (this.#decimal.read(text, instrument.quantityScale)) return true;
    if (this.#decimal.problem !== DecimalProblem.NeedsScale) return this.#badDecimal(key, text);
    if (this.#decimal.scale > Math.max(WIDENED_SCALE_MAX, instrument.quantityScale)) return this.#badDecimal(key, text);
    widen(instrument, 0, this.#decimal.scale);
    this.#widened = true;
    return this.#decimal.read(text, instrument.quantityScale) || this.#badDecimal(key, text);
  }

  #badDecimal(key: string, text: string): false {
    this.fault = `${key} ${decimalFaults[this.#decimal.problem]}: ${text.slice(0, 40)}`;
    return false;
  }

  #badNegative(key: string, text: string): false {
    this.fault = `${key} is negative: ${text.slice(0, 40)}`;
    return false;
  }

  #badOrder(lowKey: string, low: number, highKey: string, high: number): false {
    this.fault = `${lowKey} ${low} is above ${highKey} ${high}`;
    return false;
  }

  #badField(key: string, found: unknown): false {
    if (found === undefined) this.#missingKey = key;
    this.fault = found === undefined ? `${key} is missing` : `${key} has the wrong form: ${shown(found, 40)}`;
    return false;
  }

  #bad(fault: string): Outcome {
    this.fault = fault;
    return Outcome.Bad;
  }
}

/** {"code":2,"msg":"Invalid request: …","id":1} on stream hosts, {"error":{"code":…,"msg":…},"id":1} on newer ones. */
function refusalOf(message: Message): string {
  const inner = isMessage(message['error']) ? message['error'] : message;
  return `${shown(inner['code'], 40)} ${shown(inner['msg'], 400)}`;
}

/** What was found, for people. An object is only called one: `String({"toString":1,"valueOf":1})` throws. */
function shown(value: unknown, lengthMax: number): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, lengthMax);
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Ids and times: whole, not negative and exact (beyond 2^53 - 1 a parsed number is already rounded). */
function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
