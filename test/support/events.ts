import { DecimalReader, formatDecimal } from '../../lib/decimal/decimal.ts';
import { EventType, eventFor, type BookEvent, type CanonicalEvent, type TickerEvent, type TradeEvent } from '../../schemas/events/event.ts';
import type { BookPayload } from '../../schemas/events/payloads.ts';
import { StreamTable } from '../../schemas/market/stream-table.ts';
import type { Channel, Stream } from '../../schemas/market/stream.ts';
import type { EventSink } from '../../internal/ports/event-sink.ts';
import type { EventSource } from '../../internal/ports/event-source.ts';

/** Small hands for tests of the pipeline: streams, events filled from text, and a sink that writes down what it is given. */
export function streamsOf(channel: Channel, count = 1, scales = { price: 2, quantity: 2 }): Stream[] {
  const table = new StreamTable();
  return Array.from({ length: count }, (_, index) => {
    const facts = { symbol: `S${index}-USDT`, venueSymbol: `S${index}USDT`, base: `S${index}`, quote: 'USDT', priceScale: scales.price, quantityScale: scales.quantity };
    return table.addStream({ provider: 'venue', venue: 'venue', market: 'spot', channel, instrument: table.addInstrument(facts) });
  });
}

/** Price and quantity as text. */
export type Level = readonly [string, string];

export interface BookFacts {
  readonly first?: number;
  readonly last: number;
  readonly previous?: number;
  readonly bids?: readonly Level[];
  readonly asks?: readonly Level[];
  readonly priceScale?: number;
  readonly quantityScale?: number;
  readonly epoch?: number;
  readonly receivedMs?: number;
}

/** Fills an event, its own or one from a pool, as a decoder would. */
export function fillBook(event: BookEvent, type: EventType, stream: Stream, facts: BookFacts): BookEvent {
  event.type = type;
  event.stream = stream;
  event.sequenceLast = facts.last;
  event.sequenceFirst = facts.first ?? facts.last;
  event.sequencePrevious = facts.previous ?? (type === EventType.BookSnapshot ? -1 : event.sequenceFirst - 1);
  event.epoch = facts.epoch ?? 1;
  event.receivedMonotonicMs = facts.receivedMs ?? 0;
  event.priceScale = facts.priceScale ?? 2;
  event.quantityScale = facts.quantityScale ?? 2;
  for (const [price, quantity] of facts.bids ?? []) event.payload.pushBid(mantissa(price, event.priceScale), mantissa(quantity, event.quantityScale));
  for (const [price, quantity] of facts.asks ?? []) event.payload.pushAsk(mantissa(price, event.priceScale), mantissa(quantity, event.quantityScale));
  return event;
}

export function bookEvent(type: EventType, stream: Stream, facts: BookFacts): BookEvent {
  return fillBook(eventFor('book') as BookEvent, type, stream, facts);
}

export function trade(stream: Stream, id: number, changes: Partial<Pick<CanonicalEvent, 'epoch' | 'sequencePrevious' | 'receivedMonotonicMs'>> = {}): TradeEvent {
  return fillTrade(eventFor('trade') as TradeEvent, stream, id, changes);
}

export function fillTrade(event: TradeEvent, stream: Stream, id: number, changes: Partial<Pick<CanonicalEvent, 'epoch' | 'sequencePrevious' | 'receivedMonotonicMs'>> = {}): TradeEvent {
  event.type = EventType.Trade;
  event.stream = stream;
  event.sequenceFirst = id;
  event.sequenceLast = id;
  event.sequencePrevious = id - 1;
  event.epoch = 1;
  event.payload.tradeId = id;
  return Object.assign(event, changes);
}

export function ticker(stream: Stream, id: number): TickerEvent {
  const event = eventFor('ticker') as TickerEvent;
  event.type = EventType.Ticker;
  event.stream = stream;
  event.sequenceFirst = id;
  event.sequenceLast = id;
  event.epoch = 1;
  return event;
}

export function mantissa(text: string, scale: number): number {
  const reader = new DecimalReader();
  if (!reader.read(text, scale)) throw new Error(`${text} does not fit scale ${scale}`);
  return reader.mantissa;
}

/** The levels of a payload as `price:quantity` text, in the payload's order. */
export function levelTexts(event: BookEvent, side: 'bids' | 'asks'): string[] {
  const payload: BookPayload = event.payload;
  const count = side === 'bids' ? payload.bidCount : payload.askCount;
  return Array.from({ length: count }, (_, i) => {
    const price = formatDecimal(payload[side][2 * i]!, event.priceScale);
    return `${price}:${formatDecimal(payload[side][2 * i + 1]!, event.quantityScale)}`;
  });
}

/** Keeps an unpooled copy of what it is given and returns the original, as the dispatcher would. */
export class RecordingSink implements EventSink {
  readonly events: CanonicalEvent[] = [];
  readonly #source: EventSource | null;

  constructor(source: EventSource | null) {
    this.#source = source;
  }

  accept(event: CanonicalEvent): void {
    this.events.push(event.clone());
    this.#source?.release(event);
  }
}

/**
 * What the simplest honest consumer does with book events: replaces by snapshots, sets levels by updates, and trusts the
 * result only while the last event said `live`.
 */
export class NaiveBook {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  isTrusted = false;
  last = 0;

  apply(event: BookEvent): void {
    if (event.type === EventType.BookSnapshot) {
      this.bids.clear();
      this.asks.clear();
    }
    put(this.bids, levelTexts(event, 'bids'));
    put(this.asks, levelTexts(event, 'asks'));
    if (event.sequenceLast !== 0) this.last = event.sequenceLast;
    this.isTrusted = event.quality === 0;
  }

  lines(): string[] {
    return linesOf(this.bids, this.asks);
  }
}

/** A book as sorted text lines, the same for every way of holding one. */
export function linesOf(bids: ReadonlyMap<string, string>, asks: ReadonlyMap<string, string>): string[] {
  const side = (name: string, levels: ReadonlyMap<string, string>): string[] => [...levels].map(([price, quantity]) => `${name} ${price}:${quantity}`).sort();
  return [...side('bid', bids), ...side('ask', asks)];
}

function put(levels: Map<string, string>, changes: readonly string[]): void {
  for (const change of changes) {
    const [price, quantity] = change.split(':') as [string, string];
    if (quantity === '0') levels.delete(price);
    else levels.set(price, quantity);
  }
}
