import { Outcome, type DecodeDesk, type Decoder } from '../../internal/providers/session/venue.ts';
import { DecimalProblem, DecimalReader } from '../../lib/decimal/decimal.ts';
import { parseJson } from '../../lib/json/json.ts';
import { summarize } from '../../lib/simdjson/counters.ts';
import { EventType, type BookEvent, type CanonicalEvent, type TickerEvent, type TradeEvent } from '../../schemas/events/event.ts';
import { TakerSide } from '../../schemas/events/payloads.ts';
import { widen } from '../../schemas/market/instrument.ts';
import type { Channel, Stream } from '../../schemas/market/stream.ts';
import type { WsFrame } from '../../schemas/market/ws-frame.ts';

/** Price and quantity as decimal text. */
type Level = readonly [string, string];

interface Trade {
  readonly e: 'trade';
  readonly s: string;
  readonly t: number;
  readonly p: string;
  readonly q: string;
  readonly T: number;
  readonly m: boolean;
}

/** Spot's best bid and ask; alone it does not name its kind. */
interface BookTicker {
  readonly e?: undefined;
  readonly s: string;
  readonly u: number;
  readonly b: string;
  readonly B: string;
  readonly a: string;
  readonly A: string;
}

interface DepthUpdate {
  readonly e: 'depthUpdate';
  readonly s: string;
  readonly E: number;
  readonly U: number;
  readonly u: number;
  readonly b: readonly Level[];
  readonly a: readonly Level[];
}

interface Snapshot {
  readonly lastUpdateId: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/**
 * The usual practice, behind the session's own port: bytes to text, text to objects, objects to the event.
 *
 * It knows the kinds of frames that the recording holds and takes their form on trust: to check it costs time, but no memory. A
 * frame that is none of them throws.
 */
export class ParseDecoder implements Decoder {
  readonly fault = '';
  readonly drift = '';
  dryChannel: Channel = 'trade';
  /** It has no vectors. */
  readonly hasKernel = false;
  readonly decoding = summarize([]);
  readonly #desk: DecodeDesk;
  readonly #decimal = new DecimalReader();
  /** The instrument's scales grew while its event was being filled: the event is filled again. */
  #isWidened = false;

  constructor(desk: DecodeDesk) {
    this.#desk = desk;
  }

  decode(frame: WsFrame): Outcome {
    const { data } = parseJson(frame.data.toString()) as { readonly data: Trade | BookTicker | DepthUpdate };
    const streams = this.#desk.symbol(data.s)!;
    if (data.e === 'trade') return this.#emit('trade', EventType.Trade, streams.trade!, frame, data, this.#fillTrade);
    if (data.e === 'depthUpdate') return this.#emit('book', EventType.BookUpdate, streams.book!, frame, data, this.#fillUpdate);
    return this.#emit('ticker', EventType.Ticker, streams.ticker!, frame, data, this.#fillTicker);
  }

  decodeSnapshot(stream: Stream, body: WsFrame): Outcome {
    const snapshot = parseJson(body.data.toString()) as Snapshot;
    return this.#emit('book', EventType.BookSnapshot, stream, body, snapshot, this.#fillSnapshot);
  }

  #emit<M>(channel: Channel, type: EventType, stream: Stream, frame: WsFrame, message: M, fill: (message: M, event: CanonicalEvent) => void): Outcome {
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
    do {
      this.#isWidened = false;
      event.priceScale = stream.instrument.priceScale;
      event.quantityScale = stream.instrument.quantityScale;
      event.payload.reset();
      fill(message, event);
    } while (this.#isWidened);
    this.#desk.emit(event);
    return Outcome.Events;
  }

  readonly #fillTrade = (trade: Trade, event: CanonicalEvent): void => {
    const { payload } = event as TradeEvent;
    payload.price = this.#price(trade.p, event);
    payload.quantity = this.#quantity(trade.q, event);
    // `m`: the buyer is the maker, so the taker sold.
    payload.side = trade.m ? TakerSide.Sell : TakerSide.Buy;
    payload.tradeId = trade.t;
    event.sequenceFirst = trade.t;
    event.sequenceLast = trade.t;
    event.sequencePrevious = trade.t - 1;
    event.venueTimeUs = trade.T * 1_000;
  };

  readonly #fillTicker = (ticker: BookTicker, event: CanonicalEvent): void => {
    const { payload } = event as TickerEvent;
    payload.bidPrice = this.#price(ticker.b, event);
    payload.bidQuantity = this.#quantity(ticker.B, event);
    payload.askPrice = this.#price(ticker.a, event);
    payload.askQuantity = this.#quantity(ticker.A, event);
    event.sequenceFirst = ticker.u;
    event.sequenceLast = ticker.u;
  };

  readonly #fillUpdate = (update: DepthUpdate, event: CanonicalEvent): void => {
    event.sequenceFirst = update.U;
    event.sequenceLast = update.u;
    event.sequencePrevious = update.U - 1;
    event.venueTimeUs = update.E * 1_000;
    this.#fillLevels(update.b, update.a, event as BookEvent);
  };

  readonly #fillSnapshot = (snapshot: Snapshot, event: CanonicalEvent): void => {
    event.sequenceFirst = snapshot.lastUpdateId;
    event.sequenceLast = snapshot.lastUpdateId;
    this.#fillLevels(snapshot.bids, snapshot.asks, event as BookEvent);
  };

  #fillLevels(bids: readonly Level[], asks: readonly Level[], event: BookEvent): void {
    for (let i = 0; i < bids.length; i += 1) event.payload.pushBid(this.#price(bids[i]![0], event), this.#quantity(bids[i]![1], event));
    for (let i = 0; i < asks.length; i += 1) event.payload.pushAsk(this.#price(asks[i]![0], event), this.#quantity(asks[i]![1], event));
  }

  #price(text: string, event: CanonicalEvent): number {
    if (!this.#decimal.read(text, event.priceScale)) this.#widen(text, event, this.#decimal.scale, 0);
    return this.#decimal.mantissa;
  }

  #quantity(text: string, event: CanonicalEvent): number {
    if (!this.#decimal.read(text, event.quantityScale)) this.#widen(text, event, 0, this.#decimal.scale);
    return this.#decimal.mantissa;
  }

  #widen(text: string, event: CanonicalEvent, priceScale: number, quantityScale: number): void {
    if (this.#decimal.problem !== DecimalProblem.NeedsScale) throw new Error(`the recording has a number that cannot be read: ${text}`);
    widen(event.stream.instrument, priceScale, quantityScale);
    this.#isWidened = true;
  }
}
