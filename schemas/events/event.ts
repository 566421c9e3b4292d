import type { Poolable } from '../../lib/pool/pool.ts';
import { NO_STREAM, type Channel, type Stream } from '../market/stream.ts';
import { BookPayload, KlinePayload, TickerPayload, TradePayload, type Payload } from './payloads.ts';

/** Types are small integers so that a switch over them is a jump table. */
export const EventType = { None: 0, Trade: 1, Ticker: 2, BookSnapshot: 3, BookUpdate: 4, Kline: 5 } as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

/** The wire name of each type, by its integer. */
export const eventTypeNames = ['none', 'trade', 'ticker', 'bookSnapshot', 'bookUpdate', 'kline'] as const;
export type EventTypeName = (typeof eventTypeNames)[number];

/** The schema version of each type, by its integer. A change of meaning raises it; a new field does not. */
export const eventTypeVersions = [0, 1, 1, 1, 1, 1] as const;

/** How far a value can be trusted. Risk refuses orders priced from anything but Live. */
export const Quality = { Live: 0, Syncing: 1, Suspect: 2, Stale: 3 } as const;
export type Quality = (typeof Quality)[keyof typeof Quality];
export const qualityNames = ['live', 'syncing', 'suspect', 'stale'] as const;

/**
 * The envelope every event travels in. One class and one hidden shape, whatever rides in `payload`: eight classes at one
 * call site cost ten times one.
 *
 * Inside the pipeline events are pooled and have one owner at a time. A subscriber gets a `clone`, which is its own.
 */
export class CanonicalEvent<P extends Payload = Payload> implements Poolable {
  /** Written by the pool only. */
  pooled = false;
  /** Written by the pool only: grows with every lease. */
  generation = 0;
  /** Written by the pool only: whose it is; null for a copy. */
  home: object | null = null;
  type: EventType = EventType.None;
  stream: Stream = NO_STREAM;
  /** First and last venue sequence number in this event; 0 where the venue gives none. Equal for a single fact. */
  sequenceFirst = 0;
  sequenceLast = 0;
  /** The venue sequence that must have come before this event in its stream; -1 where the venue does not say. */
  sequencePrevious = -1;
  /** Ours: counts 1, 2, 3 … per stream as the dispatcher emits. A subscriber that sees a jump was served less. */
  sequence = 0;
  /** Which life of the connection it came from, from 1. */
  epoch = 0;
  /** The venue's time in microseconds since 1970; 0 where the frame has none. */
  venueTimeUs = 0;
  /** When the frame was received, wall clock, microseconds since 1970. */
  receivedTimeUs = 0;
  /** The same moment on the monotonic clock, in milliseconds with a fraction: for latencies. */
  receivedMonotonicMs = 0;
  quality: Quality = Quality.Live;
  /** Something before this event is missing in its stream. */
  gapBefore = false;
  /** How many events of this subscriber's tape were dropped right before this one. */
  dropped = 0;
  /** One number per received frame; every event made from that frame carries it. */
  traceId = 0;
  priceScale = 0;
  quantityScale = 0;
  payload: P;

  constructor(payload: P) {
    this.payload = payload;
  }

  /** The provider as configured, such as `binance-spot`. */
  get provider(): string {
    return this.stream.provider;
  }

  /** Canonical symbol, such as `BTC-USDT`. */
  get symbol(): string {
    return this.stream.instrument.symbol;
  }

  reset(): void {
    this.type = EventType.None;
    this.stream = NO_STREAM;
    this.sequenceFirst = 0;
    this.sequenceLast = 0;
    this.sequencePrevious = -1;
    this.sequence = 0;
    this.epoch = 0;
    this.venueTimeUs = 0;
    this.receivedTimeUs = 0;
    this.receivedMonotonicMs = 0;
    this.quality = Quality.Live;
    this.gapBefore = false;
    this.dropped = 0;
    this.traceId = 0;
    this.priceScale = 0;
    this.quantityScale = 0;
    this.payload.reset();
  }

  /** An unpooled copy with a payload of its own. */
  clone(): CanonicalEvent<P> {
    const copy = new CanonicalEvent<P>(this.payload.clone() as P);
    copy.type = this.type;
    copy.stream = this.stream;
    copy.sequenceFirst = this.sequenceFirst;
    copy.sequenceLast = this.sequenceLast;
    copy.sequencePrevious = this.sequencePrevious;
    copy.sequence = this.sequence;
    copy.epoch = this.epoch;
    copy.venueTimeUs = this.venueTimeUs;
    copy.receivedTimeUs = this.receivedTimeUs;
    copy.receivedMonotonicMs = this.receivedMonotonicMs;
    copy.quality = this.quality;
    copy.gapBefore = this.gapBefore;
    copy.dropped = this.dropped;
    copy.traceId = this.traceId;
    copy.priceScale = this.priceScale;
    copy.quantityScale = this.quantityScale;
    return copy;
  }
}

export type TradeEvent = CanonicalEvent<TradePayload>;
export type TickerEvent = CanonicalEvent<TickerPayload>;
export type BookEvent = CanonicalEvent<BookPayload>;
export type KlineEvent = CanonicalEvent<KlinePayload>;

export function isTrade(event: CanonicalEvent): event is TradeEvent {
  return event.type === EventType.Trade;
}

export function isTicker(event: CanonicalEvent): event is TickerEvent {
  return event.type === EventType.Ticker;
}

/** A snapshot or an update of a book. */
export function isBook(event: CanonicalEvent): event is BookEvent {
  return event.type === EventType.BookSnapshot || event.type === EventType.BookUpdate;
}

export function isKline(event: CanonicalEvent): event is KlineEvent {
  return event.type === EventType.Kline;
}

/** A new event for a channel, with the payload class that rides in it. */
export function eventFor(channel: Channel): CanonicalEvent {
  switch (channel) {
    case 'trade':
      return new CanonicalEvent(new TradePayload());
    case 'ticker':
      return new CanonicalEvent(new TickerPayload());
    case 'book':
      return new CanonicalEvent(new BookPayload());
    case 'kline':
      return new CanonicalEvent(new KlinePayload());
  }
}
