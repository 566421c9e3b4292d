import { canonicalDecimal } from '../../../lib/decimal/decimal.ts';
import { tryParseJson } from '../../../lib/json/json.ts';
import { summarize, type DecodeSummary } from '../../../lib/simdjson/counters.ts';
import { Decoder as FrameDecoder, type Root } from '../../../lib/simdjson/decoder.ts';
import { Status } from '../../../lib/simdjson/status.ts';
import { EventType, type BookEvent, type CanonicalEvent, type KlineEvent, type TickerEvent, type TradeEvent } from '../../../schemas/events/event.ts';
import { TakerSide } from '../../../schemas/events/payloads.ts';
import type { Channel, Stream } from '../../../schemas/market/stream.ts';
import type { WsFrame } from '../../../schemas/market/ws-frame.ts';
import { isId, Needs, SlotReader } from '../session/slot-reader.ts';
import { UNNAMED_REQUEST } from '../session/subscribe-desk.ts';
import { Outcome, type DecodeDesk, type Decoder } from '../session/venue.ts';
import type { BinanceMarket } from './dialect.ts';
import { combinedFrame, kindNames, rawFrame, Slot, snapshotBody, type KindName } from './schema.ts';

/** Binance quotes 8 decimals everywhere. */
const SCALE_MAX = 8;

/** The kinds that become events. */
type EventKind = Exclude<KindName, 'serverShutdown'>;

const typeOfKind: Readonly<Record<EventKind | 'snapshot', EventType>> = {
  trade: EventType.Trade,
  aggTrade: EventType.Trade,
  bookTicker: EventType.Ticker,
  depthUpdate: EventType.BookUpdate,
  snapshot: EventType.BookSnapshot,
  kline: EventType.Kline,
};

/** Any of them makes a frame without `e` a best bid/ask of spot. */
const BEST_OF_BOOK = [Slot.Id, Slot.Price, Slot.Quantity, Slot.AskPrice, Slot.AskQuantity].reduce<number>((mask, slot) => mask | (1 << slot), 0);

const tradeNeeds = new Needs({ t: Slot.Id, T: Slot.Time, m: Slot.IsBuyerMaker, p: Slot.Price, q: Slot.Quantity });
const aggTradeNeeds = new Needs({ a: Slot.Id, T: Slot.Time, m: Slot.IsBuyerMaker, p: Slot.Price, q: Slot.Quantity });
const tickerNeeds = new Needs({ u: Slot.Id, b: Slot.Price, B: Slot.Quantity, a: Slot.AskPrice, A: Slot.AskQuantity });
const depthNeeds = new Needs({ U: Slot.Id, u: Slot.LastId, E: Slot.EventTime });
const futuresDepthNeeds = new Needs({ U: Slot.Id, u: Slot.LastId, E: Slot.EventTime, pu: Slot.PreviousId });
const snapshotNeeds = new Needs({ lastUpdateId: Slot.LastId });
const klineNeeds = new Needs({
  'E': Slot.EventTime, 'k.t': Slot.OpenTime, 'k.T': Slot.CloseTime, 'k.i': Slot.Interval, 'k.n': Slot.TradeCount, 'k.x': Slot.IsClosed,
  'k.v': Slot.Volume, 'k.q': Slot.QuoteVolume, 'k.o': Slot.Open, 'k.h': Slot.High, 'k.l': Slot.Low, 'k.c': Slot.Close,
});

/**
 * Binance frames to canonical events, by the slots that lib/simdjson fills (schema.ts). Every frame ends in one Outcome; nothing
 * is guessed and nothing thrown.
 */
export class BinanceDecoder implements Decoder {
  readonly #isFutures: boolean;
  readonly #desk: DecodeDesk;
  readonly #slots = new FrameDecoder();
  readonly #reader: SlotReader;
  readonly #raw: Root;
  readonly #combined: Root;
  readonly #snapshot: Root;
  /** The kind of each atom that is one. */
  readonly #kinds: (KindName | undefined)[] = [];
  readonly #market: number;
  /** Which of `trade` and `aggTrade` a trade stream is made of, by its id: the first seen, because their ids do not mix. */
  readonly #tradeKind: (KindName | undefined)[] = [];
  /** The latest run of ignored trade ids of each stream that has any. */
  readonly #skipped = new Map<number, { readonly first: number; last: number }>();

  constructor(market: BinanceMarket, desk: DecodeDesk) {
    this.#isFutures = market === 'usdm';
    this.#desk = desk;
    this.#reader = new SlotReader(this.#slots, desk, SCALE_MAX);
    this.#raw = this.#slots.root(`binance ${market} raw`, rawFrame);
    this.#combined = this.#slots.root(`binance ${market} combined`, combinedFrame);
    this.#snapshot = this.#slots.root(`binance ${market} snapshot`, snapshotBody);
    for (const name of kindNames) this.#kinds[this.#slots.atoms.intern(name)] = name;
    this.#market = this.#slots.atoms.intern('MARKET');
  }

  get fault(): string {
    return this.#reader.fault;
  }

  get drift(): string {
    return this.#reader.drift;
  }

  get dryChannel(): Channel {
    return this.#reader.dryChannel;
  }

  get hasKernel(): boolean {
    return this.#slots.hasKernel;
  }

  get decoding(): DecodeSummary {
    return summarize([this.#raw.counters, this.#combined.counters, this.#snapshot.counters]);
  }

  decode(frame: WsFrame): Outcome {
    const slots = this.#slots;
    const isCombined = isEnvelope(frame.data);
    this.#reader.turnTo(frame.data, isCombined ? 'data.' : '');
    if (slots.decode(frame.data, isCombined ? this.#combined : this.#raw) !== Status.Ok) return this.#reader.bad(slots.fault());
    if (isCombined && !slots.has(0, Slot.Stream)) return this.#unnamed(frame);
    if (!slots.has(0, Slot.Kind)) return (slots.presence[0]! & BEST_OF_BOOK) === 0 ? this.#unnamed(frame) : this.#symbolEvent(frame, 'bookTicker');
    const kind = this.#kinds[slots.atom(0, Slot.Kind)];
    switch (kind) {
      case 'trade':
      case 'aggTrade':
      case 'bookTicker':
      case 'depthUpdate':
      case 'kline':
        return this.#symbolEvent(frame, kind);
      case 'serverShutdown':
        // The venue will cut this connection.
        this.#desk.onFarewell(frame.connection);
        return Outcome.Control;
      case undefined:
        return this.#reader.unknown(slots.text(0, Slot.Kind).slice(0, 40));
    }
  }

  decodeSnapshot(stream: Stream, body: WsFrame): Outcome {
    this.#reader.turnTo(body.data, '');
    if (this.#slots.decode(body.data, this.#snapshot) !== Status.Ok) return this.#reader.bad(this.#slots.fault());
    return this.#event(body, 'snapshot', stream);
  }

  /** Replies to our requests, and what nobody knows: rare enough for JSON.parse. */
  #unnamed(frame: WsFrame): Outcome {
    const slots = this.#slots;
    if (slots.has(0, Slot.Stream)) {
      // What stands before the @ is a symbol, and there may be thousands.
      const stream = slots.text(0, Slot.Stream);
      return this.#reader.unknown(`stream ${stream.slice(Math.max(stream.indexOf('@'), 0)).slice(0, 40)}`);
    }
    const reply = parsed(frame.data);
    if (!isMessage(reply)) return this.#reader.bad(`the frame: expected an object, found ${shown(reply, 40)}`);
    const { id } = reply;
    if (id === undefined && 'code' in reply && 'msg' in reply) {
      // {"code":2,"msg":"Invalid request: too many parameters"}: most refusals do not name their request.
      this.#desk.onReply(frame.connection, UNNAMED_REQUEST, refusalOf(reply));
      return Outcome.Control;
    }
    if (id !== undefined && ('result' in reply || 'code' in reply || 'error' in reply)) {
      this.#desk.onReply(frame.connection, typeof id === 'number' ? id : -1, 'result' in reply ? '' : refusalOf(reply));
      return Outcome.Control;
    }
    return this.#reader.unknown(Object.keys(reply).slice(0, 4).join(',').slice(0, 40));
  }

  #symbolEvent(frame: WsFrame, kind: EventKind): Outcome {
    if (!this.#slots.has(0, Slot.Symbol)) return this.#reader.isMissing('s'), Outcome.Bad;
    const entry = this.#reader.symbol(0, Slot.Symbol);
    if (entry === undefined) {
      return this.#reader.unknown(`symbol ${this.#slots.text(0, Slot.Symbol).slice(0, 40)}`);
    }
    switch (kind) {
      case 'trade':
      case 'aggTrade':
        return this.#tradeOf(frame, kind, entry.trade);
      case 'bookTicker':
        return entry.ticker === null ? Outcome.Ignored : this.#event(frame, kind, entry.ticker);
      case 'depthUpdate':
        return entry.book === null ? Outcome.Ignored : this.#event(frame, kind, entry.book);
      case 'kline':
        return entry.kline === null ? Outcome.Ignored : this.#event(frame, kind, entry.kline);
    }
  }

  #tradeOf(frame: WsFrame, kind: 'trade' | 'aggTrade', stream: Stream | null): Outcome {
    if (stream === null) return Outcome.Ignored;
    const slots = this.#slots;
    // Futures: insurance fund and liquidation transfers ("X":"INSURANCE_FUND", "ADL") are not trades of the market.
    if (slots.has(0, Slot.Origin) && slots.atom(0, Slot.Origin) !== this.#market) {
      this.#skip(stream);
      return Outcome.Ignored;
    }
    const chosen = this.#tradeKind[stream.id];
    if (chosen !== undefined && chosen !== kind) return Outcome.Ignored;
    const outcome = this.#event(frame, kind, stream);
    if (outcome === Outcome.Events) this.#tradeKind[stream.id] = kind;
    return outcome;
  }

  /** An ignored trade has an id all the same: the next one follows what came before it, and nothing is missing. */
  #skip(stream: Stream): void {
    if (!this.#slots.has(0, Slot.Id)) return;
    const id = this.#slots.number(0, Slot.Id);
    if (!isId(id)) return;
    const skipped = this.#skipped.get(stream.id);
    if (skipped !== undefined && skipped.last === id - 1) skipped.last = id;
    else this.#skipped.set(stream.id, { first: id, last: id });
  }

  #idBefore(stream: Stream, id: number): number {
    if (this.#skipped.size === 0) return id - 1;
    const skipped = this.#skipped.get(stream.id);
    return (skipped !== undefined && skipped.last === id - 1 ? skipped.first : id) - 1;
  }

  #event(frame: WsFrame, kind: EventKind | 'snapshot', stream: Stream): Outcome {
    const reader = this.#reader;
    const event = reader.open(frame, typeOfKind[kind], stream);
    if (event === null) return Outcome.Dry;
    do {
      reader.begin(event);
      if (!this.#fill(kind, event)) return reader.abandon(event);
    } while (reader.mustRefill(event));
    this.#desk.emit(event);
    return Outcome.Events;
  }

  #fill(kind: EventKind | 'snapshot', event: CanonicalEvent): boolean {
    switch (kind) {
      case 'bookTicker':
        return this.#ticker(event as TickerEvent);
      case 'trade':
        return this.#trade(event as TradeEvent, 't', tradeNeeds);
      case 'aggTrade':
        return this.#trade(event as TradeEvent, 'a', aggTradeNeeds);
      case 'depthUpdate':
        return this.#depth(event as BookEvent);
      case 'snapshot':
        return this.#book(event as BookEvent);
      case 'kline':
        return this.#kline(event as KlineEvent);
    }
  }

  /** `m`: the buyer is the maker, so the taker sold. */
  #trade(event: TradeEvent, idKey: 't' | 'a', needs: Needs): boolean {
    const reader = this.#reader;
    const slots = this.#slots;
    if (!reader.has(needs, 0)) return false;
    const { payload } = event;
    const id = reader.id(0, Slot.Id, idKey);
    const timeMs = reader.id(0, Slot.Time, 'T');
    if (id < 0 || timeMs < 0) return false;
    payload.price = reader.price(event, 0, Slot.Price, 'p');
    payload.quantity = reader.quantity(event, 0, Slot.Quantity, 'q');
    if (payload.price < 0 || payload.quantity < 0) return false;
    payload.side = slots.flag(0, Slot.IsBuyerMaker) ? TakerSide.Sell : TakerSide.Buy;
    payload.tradeId = id;
    payload.fillCount = idKey === 'a' ? this.#fillCount() : 1;
    if (payload.fillCount < 1) return reader.outOfRange(0, Slot.LastTradeId, 'l');
    event.sequenceFirst = id;
    event.sequenceLast = id;
    event.sequencePrevious = idKey === 't' ? this.#idBefore(event.stream, id) : id - 1;
    event.venueTimeUs = timeMs * 1_000;
    return true;
  }

  /** How many trades of its maker an `aggTrade` sums up; futures send -1 for both ids where there are none. */
  #fillCount(): number {
    const slots = this.#slots;
    if (!slots.has(0, Slot.FirstTradeId) || !slots.has(0, Slot.LastTradeId)) return 1;
    const first = slots.number(0, Slot.FirstTradeId);
    const last = slots.number(0, Slot.LastTradeId);
    return isId(first) && isId(last) ? last - first + 1 : 1;
  }

  /** Update ids only grow from one best bid/ask to the next; they say nothing about what is missing between. */
  #ticker(event: TickerEvent): boolean {
    const reader = this.#reader;
    if (!reader.has(tickerNeeds, 0)) return false;
    const { payload } = event;
    const id = reader.id(0, Slot.Id, 'u');
    if (id < 0) return false;
    payload.bidPrice = reader.price(event, 0, Slot.Price, 'b');
    payload.bidQuantity = reader.quantity(event, 0, Slot.Quantity, 'B');
    payload.askPrice = reader.price(event, 0, Slot.AskPrice, 'a');
    payload.askQuantity = reader.quantity(event, 0, Slot.AskQuantity, 'A');
    if (payload.bidPrice < 0 || payload.bidQuantity < 0 || payload.askPrice < 0 || payload.askQuantity < 0) return false;
    event.sequenceFirst = id;
    event.sequenceLast = id;
    event.sequencePrevious = -1;
    event.venueTimeUs = this.#timeUs();
    return true;
  }

  #depth(event: BookEvent): boolean {
    const reader = this.#reader;
    if (!reader.has(this.#isFutures ? futuresDepthNeeds : depthNeeds, 0)) return false;
    const first = reader.id(0, Slot.Id, 'U');
    const last = reader.id(0, Slot.LastId, 'u');
    const timeMs = reader.id(0, Slot.EventTime, 'E');
    const hasPrevious = this.#slots.has(0, Slot.PreviousId);
    const previous = hasPrevious ? reader.id(0, Slot.PreviousId, 'pu') : first - 1;
    if (first < 0 || last < 0 || timeMs < 0 || (hasPrevious && previous < 0)) return false;
    if (first > last) return reader.refuse(`U ${first} is above u ${last}`);
    event.sequenceFirst = first;
    event.sequenceLast = last;
    event.sequencePrevious = previous;
    event.venueTimeUs = timeMs * 1_000;
    return this.#levels(event, 'b', 'a');
  }

  #book(event: BookEvent): boolean {
    const reader = this.#reader;
    if (!reader.has(snapshotNeeds, 0)) return false;
    const last = reader.id(0, Slot.LastId, 'lastUpdateId');
    if (last < 0) return false;
    event.sequenceFirst = last;
    event.sequenceLast = last;
    event.sequencePrevious = -1;
    event.venueTimeUs = this.#timeUs();
    return this.#levels(event, 'bids', 'asks');
  }

  /** Straight from the slots into the event: both sides or neither. */
  #levels(event: BookEvent, bidKey: string, askKey: string): boolean {
    const reader = this.#reader;
    const { bids, asks } = this.#slots;
    const { payload } = event;
    if (!bids.wasMet) return reader.isMissing(bidKey);
    if (!asks.wasMet) return reader.isMissing(askKey);
    payload.bidCount = reader.side(bids, payload.bids, event, bidKey);
    payload.askCount = reader.side(asks, payload.asks, event, askKey);
    return payload.bidCount >= 0 && payload.askCount >= 0;
  }

  /** {"e":"kline","E":…,"s":"BNBBTC","k":{"t":open ms,"T":close ms,"i":"1m","o":"0.0010",…,"v":base,"q":quote,"n":100,"x":closed}} */
  #kline(event: KlineEvent): boolean {
    const reader = this.#reader;
    const slots = this.#slots;
    if (!reader.has(klineNeeds, 0)) return false;
    const { payload } = event;
    const timeMs = reader.id(0, Slot.EventTime, 'E');
    const openMs = reader.id(0, Slot.OpenTime, 'k.t');
    const closeMs = reader.id(0, Slot.CloseTime, 'k.T');
    const tradeCount = reader.id(0, Slot.TradeCount, 'k.n');
    if (timeMs < 0 || openMs < 0 || closeMs < 0 || tradeCount < 0) return false;
    payload.open = reader.price(event, 0, Slot.Open, 'k.o');
    payload.high = reader.price(event, 0, Slot.High, 'k.h');
    payload.low = reader.price(event, 0, Slot.Low, 'k.l');
    payload.close = reader.price(event, 0, Slot.Close, 'k.c');
    if (payload.open < 0 || payload.high < 0 || payload.low < 0 || payload.close < 0) return false;
    const volume = canonicalDecimal(slots.digits(0, Slot.Volume));
    const quoteVolume = canonicalDecimal(slots.digits(0, Slot.QuoteVolume));
    if (volume === null) return reader.outOfRange(0, Slot.Volume, 'k.v');
    if (quoteVolume === null) return reader.outOfRange(0, Slot.QuoteVolume, 'k.q');
    payload.interval = slots.text(0, Slot.Interval);
    payload.openTimeUs = openMs * 1_000;
    payload.closeTimeUs = closeMs * 1_000 + 999; // The venue's close time is the last millisecond, inclusive.
    payload.volume = volume;
    payload.quoteVolume = quoteVolume;
    payload.tradeCount = tradeCount;
    payload.isClosed = slots.flag(0, Slot.IsClosed);
    event.venueTimeUs = timeMs * 1_000;
    return true;
  }

  /** `T` where the frame has one: futures send it, spot does not. */
  #timeUs(): number {
    if (!this.#slots.has(0, Slot.Time)) return 0;
    const timeMs = this.#slots.number(0, Slot.Time);
    return isId(timeMs) ? timeMs * 1_000 : 0;
  }
}

/** {"stream":"bnbbtc@trade","data":{…}}: a look at the first key, because the two forms must not be mixed into one event. */
export function isEnvelope(data: Buffer): boolean {
  let at = 0;
  while (data[at]! <= SPACE) at += 1;
  if (data[at] !== BRACE) return false;
  at += 1;
  while (data[at]! <= SPACE) at += 1;
  // Told by two letters of the key: no message begins with another key that has them.
  return data[at] === QUOTE && ((data[at + 1] === LETTER_S && data[at + 2] === LETTER_T) || (data[at + 1] === LETTER_D && data[at + 2] === LETTER_A));
}

const SPACE = 32;
const QUOTE = 34;
const LETTER_A = 97;
const LETTER_D = 100;
const LETTER_S = 115;
const LETTER_T = 116;
const BRACE = 123;

type Message = Readonly<Record<string, unknown>>;

/** What a frame that the slots do not tell enough about holds. */
function parsed(data: Buffer): unknown {
  const result = tryParseJson(data.toString());
  return result.ok ? result.value : undefined;
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
