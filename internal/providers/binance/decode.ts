import { canonicalDecimal } from '../../../lib/decimal/decimal.ts';
import { tryParseJson } from '../../../lib/json/json.ts';
import { summarize, type DecodeSummary } from '../../../lib/simdjson/counters.ts';
import { Decoder as FrameDecoder, type Root } from '../../../lib/simdjson/decoder.ts';
import type { Levels } from '../../../lib/simdjson/levels.ts';
import { Scaled } from '../../../lib/simdjson/scaled.ts';
import { Status } from '../../../lib/simdjson/status.ts';
import { EventType, eventTypeNames, type BookEvent, type CanonicalEvent, type KlineEvent, type TickerEvent, type TradeEvent } from '../../../schemas/events/event.ts';
import { TakerSide } from '../../../schemas/events/payloads.ts';
import { widen } from '../../../schemas/market/instrument.ts';
import type { Channel, Stream } from '../../../schemas/market/stream.ts';
import type { WsFrame } from '../../../schemas/market/ws-frame.ts';
import { UNNAMED_REQUEST } from '../session/subscribe-desk.ts';
import type { SymbolEntry } from '../session/symbol-board.ts';
import { Outcome, type DecodeDesk, type Decoder } from '../session/venue.ts';
import type { BinanceMarket } from './dialect.ts';
import { combinedFrame, kindNames, rawFrame, Slot, snapshotBody, type KindName } from './schema.ts';

/**
 * The finest scale a frame may widen its instrument to. Binance quotes 8 decimals everywhere; a frame with more is wrong, and
 * must not leave the instrument at a scale where no ordinary price fits 2^53 any more.
 */
const WIDENED_SCALE_MAX = 8;

/** Keys that a message must have, and the slots they go to. */
class Needs {
  readonly #mask: number;
  readonly #slots: readonly (readonly [string, Slot])[];

  constructor(keys: Readonly<Record<string, Slot>>) {
    this.#slots = Object.entries(keys);
    this.#mask = this.#slots.reduce((mask, [, slot]) => mask | (1 << slot), 0);
  }

  areMet(present: number): boolean {
    return (present & this.#mask) === this.#mask;
  }

  missing(present: number): string {
    return this.#slots.find(([, slot]) => ((present >>> slot) & 1) === 0)![0];
  }
}

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
 *
 * The slots hold one frame until the next one is decoded, and giving an event away can decode the next one (a book that asks for
 * a snapshot which is already here): so an event is filled first, and nothing is read from the slots after `emit`.
 */
export class BinanceDecoder implements Decoder {
  fault = '';
  drift = '';
  dryChannel: Channel = 'trade';
  readonly #isFutures: boolean;
  readonly #desk: DecodeDesk;
  readonly #slots = new FrameDecoder();
  readonly hasKernel = this.#slots.hasKernel;
  readonly #raw: Root;
  readonly #combined: Root;
  readonly #snapshot: Root;
  /** What the slots hold. */
  #data: Buffer = NO_DATA;
  /** The kind of each atom that is one. */
  readonly #kinds: (KindName | undefined)[] = [];
  /** What is wanted of the symbol of each atom that is one. */
  readonly #symbols: (SymbolEntry | undefined)[] = [];
  readonly #market: number;
  /** Which of `trade` and `aggTrade` a trade stream is made of, by its id: the first seen, because their ids do not mix. */
  readonly #tradeKind: (KindName | undefined)[] = [];
  /** The latest run of ignored trade ids of each stream that has any. */
  readonly #skipped = new Map<number, { readonly first: number; last: number }>();
  /** The instrument whose scale grew while its event was being filled: the event is filled again. */
  #widened = false;
  /** A key of the schema that the frame does not have; '' while none is missing. */
  #missingKey = '';

  constructor(market: BinanceMarket, desk: DecodeDesk) {
    this.#isFutures = market === 'usdm';
    this.#desk = desk;
    this.#raw = this.#slots.root(`binance ${market} raw`, rawFrame);
    this.#combined = this.#slots.root(`binance ${market} combined`, combinedFrame);
    this.#snapshot = this.#slots.root(`binance ${market} snapshot`, snapshotBody);
    for (const name of kindNames) this.#kinds[this.#slots.atoms.intern(name)] = name;
    this.#market = this.#slots.atoms.intern('MARKET');
  }

  get decoding(): DecodeSummary {
    return summarize([this.#raw.counters, this.#combined.counters, this.#snapshot.counters]);
  }

  decode(frame: WsFrame): Outcome {
    this.drift = '';
    const slots = this.#slots;
    const isCombined = isEnvelope(frame.data);
    this.#data = frame.data;
    if (slots.decode(frame.data, isCombined ? this.#combined : this.#raw) !== Status.Ok) return this.#bad(slots.fault());
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
        this.fault = slots.text(0, Slot.Kind).slice(0, 40);
        return Outcome.Unknown;
    }
  }

  decodeSnapshot(stream: Stream, body: WsFrame): Outcome {
    this.drift = '';
    this.#data = body.data;
    if (this.#slots.decode(body.data, this.#snapshot) !== Status.Ok) return this.#bad(this.#slots.fault());
    return this.#event(body, 'snapshot', stream);
  }

  /** Replies to our requests, and what nobody knows: rare enough for JSON.parse. */
  #unnamed(frame: WsFrame): Outcome {
    const slots = this.#slots;
    if (slots.has(0, Slot.Stream)) {
      // What stands before the @ is a symbol, and there may be thousands.
      const stream = slots.text(0, Slot.Stream);
      this.fault = `stream ${stream.slice(Math.max(stream.indexOf('@'), 0)).slice(0, 40)}`;
      return Outcome.Unknown;
    }
    const reply = parsed(frame.data);
    if (!isMessage(reply)) return this.#bad(`the frame: expected an object, found ${shown(reply, 40)}`);
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
    this.fault = Object.keys(reply).slice(0, 4).join(',').slice(0, 40);
    return Outcome.Unknown;
  }

  #symbolEvent(frame: WsFrame, kind: EventKind): Outcome {
    if (!this.#slots.has(0, Slot.Symbol)) return this.#isMissing('s'), Outcome.Bad;
    const entry = this.#symbol();
    if (entry === undefined) {
      this.fault = `symbol ${this.#slots.text(0, Slot.Symbol).slice(0, 40)}`;
      return Outcome.Unknown;
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

  /** Undefined for a symbol that is not known; those that are wanted are found by their atom from the second frame on. */
  #symbol(): SymbolEntry | undefined {
    const known = this.#symbols[this.#slots.atom(0, Slot.Symbol)];
    if (known !== undefined) return known;
    const entry = this.#desk.symbol(this.#slots.text(0, Slot.Symbol));
    if (entry === undefined || !entry.isWanted) return entry;
    const atom = this.#slots.internAtom(0, Slot.Symbol);
    if (atom >= 0) this.#symbols[atom] = entry;
    return entry;
  }

  #event(frame: WsFrame, kind: EventKind | 'snapshot', stream: Stream): Outcome {
    const event = this.#desk.tryAcquire(stream.channel);
    if (event === null) {
      this.dryChannel = stream.channel;
      return Outcome.Dry;
    }
    event.type = typeOfKind[kind];
    event.stream = stream;
    event.epoch = frame.epoch;
    event.receivedTimeUs = frame.receivedTimeUs;
    event.receivedMonotonicMs = frame.receivedMonotonicMs;
    event.traceId = frame.traceId;
    this.#missingKey = '';
    const { instrument } = stream;
    do {
      this.#widened = false;
      event.priceScale = instrument.priceScale;
      event.quantityScale = instrument.quantityScale;
      if (!this.#fill(kind, event)) {
        if (this.#missingKey !== '') this.drift = `${eventTypeNames[event.type]}.${this.#missingKey}`;
        this.#desk.release(event);
        return Outcome.Bad;
      }
    } while (this.#widened);
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
    const slots = this.#slots;
    if (!this.#has(needs)) return false;
    const { payload } = event;
    const id = slots.number(0, Slot.Id);
    const timeMs = slots.number(0, Slot.Time);
    if (!isId(id)) return this.#badId(idKey, Slot.Id);
    if (!isId(timeMs)) return this.#badId('T', Slot.Time);
    payload.price = this.#price(event, Slot.Price, 'p');
    payload.quantity = this.#quantity(event, Slot.Quantity, 'q');
    if (payload.price < 0 || payload.quantity < 0) return false;
    payload.side = slots.flag(0, Slot.IsBuyerMaker) ? TakerSide.Sell : TakerSide.Buy;
    payload.tradeId = id;
    payload.fillCount = idKey === 'a' ? this.#fillCount() : 1;
    if (payload.fillCount < 1) return this.#badId('l', Slot.LastTradeId);
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
    const slots = this.#slots;
    if (!this.#has(tickerNeeds)) return false;
    const { payload } = event;
    const id = slots.number(0, Slot.Id);
    if (!isId(id)) return this.#badId('u', Slot.Id);
    payload.bidPrice = this.#price(event, Slot.Price, 'b');
    payload.bidQuantity = this.#quantity(event, Slot.Quantity, 'B');
    payload.askPrice = this.#price(event, Slot.AskPrice, 'a');
    payload.askQuantity = this.#quantity(event, Slot.AskQuantity, 'A');
    if (payload.bidPrice < 0 || payload.bidQuantity < 0 || payload.askPrice < 0 || payload.askQuantity < 0) return false;
    event.sequenceFirst = id;
    event.sequenceLast = id;
    event.sequencePrevious = -1;
    event.venueTimeUs = this.#timeUs();
    return true;
  }

  #depth(event: BookEvent): boolean {
    const slots = this.#slots;
    if (!this.#has(this.#isFutures ? futuresDepthNeeds : depthNeeds)) return false;
    const first = slots.number(0, Slot.Id);
    const last = slots.number(0, Slot.LastId);
    const timeMs = slots.number(0, Slot.EventTime);
    if (!isId(first)) return this.#badId('U', Slot.Id);
    if (!isId(last)) return this.#badId('u', Slot.LastId);
    if (first > last) return this.#refuse(`U ${first} is above u ${last}`);
    if (!isId(timeMs)) return this.#badId('E', Slot.EventTime);
    let previous = first - 1;
    if (slots.has(0, Slot.PreviousId)) {
      previous = slots.number(0, Slot.PreviousId);
      if (!isId(previous)) return this.#badId('pu', Slot.PreviousId);
    }
    event.sequenceFirst = first;
    event.sequenceLast = last;
    event.sequencePrevious = previous;
    event.venueTimeUs = timeMs * 1_000;
    return this.#levels(event, 'b', 'a');
  }

  #book(event: BookEvent): boolean {
    if (!this.#has(snapshotNeeds)) return false;
    const last = this.#slots.number(0, Slot.LastId);
    if (!isId(last)) return this.#badId('lastUpdateId', Slot.LastId);
    event.sequenceFirst = last;
    event.sequenceLast = last;
    event.sequencePrevious = -1;
    event.venueTimeUs = this.#timeUs();
    return this.#levels(event, 'bids', 'asks');
  }

  /** Straight from the slots into the event: both sides or neither. */
  #levels(event: BookEvent, bidKey: string, askKey: string): boolean {
    const { bids, asks } = this.#slots;
    const { payload } = event;
    if (!bids.wasMet) return this.#isMissing(bidKey);
    if (!asks.wasMet) return this.#isMissing(askKey);
    payload.bidCount = this.#side(bids, payload.bids, event, bidKey);
    payload.askCount = this.#side(asks, payload.asks, event, askKey);
    return payload.bidCount >= 0 && payload.askCount >= 0;
  }

  /** Writes pairs of price and quantity, and returns how many; -1 when one of them cannot be. */
  #side(levels: Levels, into: number[], event: BookEvent, key: string): number {
    while (levels.rescale(event.priceScale, event.quantityScale) !== Scaled.Ok) {
      const { isQuantity, misfit, scaleNeeded } = levels;
      // Before anything grows: a frame that is refused must not widen its instrument.
      for (let i = 0; i < levels.count; i += 1) if (levels.prices[i]! < 0 || levels.quantities[i]! < 0) return this.#isNegative(levels, i, key);
      const found = `${key}[${misfit}] ${String((isQuantity ? levels.quantities : levels.prices)[misfit])}`;
      if (!this.#widen(event, isQuantity, scaleNeeded, found)) return -1;
    }
    const { count, ownPrices, ownQuantities } = levels;
    for (let i = 0; i < count; i += 1) {
      const price = ownPrices[i]!;
      const quantity = ownQuantities[i]!;
      if (price < 0 || quantity < 0) return this.#isNegative(levels, i, key);
      into[i * 2] = price;
      into[i * 2 + 1] = quantity;
    }
    return count;
  }

  #isNegative({ prices, quantities }: Levels, index: number, key: string): -1 {
    this.#refuse(`${key}[${index}] ${prices[index]} x ${quantities[index]} is negative`);
    return -1;
  }

  /** {"e":"kline","E":…,"s":"BNBBTC","k":{"t":open ms,"T":close ms,"i":"1m","o":"0.0010",…,"v":base,"q":quote,"n":100,"x":closed}} */
  #kline(event: KlineEvent): boolean {
    const slots = this.#slots;
    if (!this.#has(klineNeeds)) return false;
    const { payload } = event;
    const timeMs = slots.number(0, Slot.EventTime);
    const openMs = slots.number(0, Slot.OpenTime);
    const closeMs = slots.number(0, Slot.CloseTime);
    const tradeCount = slots.number(0, Slot.TradeCount);
    if (!isId(timeMs)) return this.#badId('E', Slot.EventTime);
    if (!isId(openMs)) return this.#badId('k.t', Slot.OpenTime);
    if (!isId(closeMs)) return this.#badId('k.T', Slot.CloseTime);
    if (!isId(tradeCount)) return this.#badId('k.n', Slot.TradeCount);
    payload.open = this.#price(event, Slot.Open, 'k.o');
    payload.high = this.#price(event, Slot.High, 'k.h');
    payload.low = this.#price(event, Slot.Low, 'k.l');
    payload.close = this.#price(event, Slot.Close, 'k.c');
    if (payload.open < 0 || payload.high < 0 || payload.low < 0 || payload.close < 0) return false;
    const volume = canonicalDecimal(slots.digits(0, Slot.Volume));
    const quoteVolume = canonicalDecimal(slots.digits(0, Slot.QuoteVolume));
    if (volume === null) return this.#badId('k.v', Slot.Volume);
    if (quoteVolume === null) return this.#badId('k.q', Slot.QuoteVolume);
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

  /** At the event's scale; -1, and `fault` says why, when that cannot be. */
  #price(event: CanonicalEvent, slot: Slot, key: string): number {
    const price = this.#slots.mantissaAt(0, slot, event.priceScale);
    return price >= 0 ? price : this.#misfit(event, slot, key, false);
  }

  #quantity(event: CanonicalEvent, slot: Slot, key: string): number {
    const quantity = this.#slots.mantissaAt(0, slot, event.quantityScale);
    return quantity >= 0 ? quantity : this.#misfit(event, slot, key, true);
  }

  /** The number after its instrument has grown by it; -1 when it is negative or fits no scale. */
  #misfit(event: CanonicalEvent, slot: Slot, key: string, isQuantity: boolean): number {
    const slots = this.#slots;
    const found = `${key} ${slots.digits(0, slot).slice(0, 40)}`;
    if (slots.number(0, slot) < 0) return this.#refuse(`${found} is negative`), -1;
    const { scaleNeeded } = slots;
    if (!this.#widen(event, isQuantity, scaleNeeded, found)) return -1;
    const value = slots.mantissaAt(0, slot, isQuantity ? event.quantityScale : event.priceScale);
    return value >= 0 ? value : (this.#refuse(`${found} passes 2^53 at ${scaleNeeded} decimals`), -1);
  }

  /** The event's instrument grows to `scaleNeeded` decimals, and the event is filled again. False when it must not. */
  #widen(event: CanonicalEvent, isQuantity: boolean, scaleNeeded: number, found: string): boolean {
    const { instrument } = event.stream;
    const scale = isQuantity ? instrument.quantityScale : instrument.priceScale;
    if (scaleNeeded <= scale) return this.#refuse(`${found} is no exact integer within 2^53 at ${scale} decimals`);
    if (scaleNeeded > Math.max(WIDENED_SCALE_MAX, scale)) return this.#refuse(`${found} has more than ${WIDENED_SCALE_MAX} decimals`);
    widen(instrument, isQuantity ? 0 : scaleNeeded, isQuantity ? scaleNeeded : 0);
    event.priceScale = instrument.priceScale;
    event.quantityScale = instrument.quantityScale;
    this.#widened = true;
    return true;
  }

  #has(needs: Needs): boolean {
    const present = this.#slots.presence[0]!;
    return needs.areMet(present) || this.#isMissing(needs.missing(present));
  }

  /** Slots do not tell what is not there from what is null or empty, but the schema drifts by the former alone. */
  #isMissing(key: string): false {
    let value = parsed(this.#data);
    if (isMessage(value) && isEnvelope(this.#data)) value = value['data'];
    for (const part of key.split('.')) value = isMessage(value) ? value[part] : undefined;
    if (value === undefined) this.#missingKey = key;
    return this.#refuse(value === undefined ? `${key} is missing` : `${key} is ${value === null ? 'null' : 'empty'}`);
  }

  #badId(key: string, slot: Slot): false {
    return this.#refuse(`${key} ${this.#slots.digits(0, slot).slice(0, 40)} is out of range`);
  }

  #refuse(fault: string): false {
    this.fault = fault;
    return false;
  }

  #bad(fault: string): Outcome {
    this.fault = fault;
    return Outcome.Bad;
  }
}

/** Ids and times: not negative, and exact (a double beyond 2^53 - 1 may be rounded). */
function isId(value: number): boolean {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER;
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
const NO_DATA = Buffer.alloc(0);

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
