import type { Stream } from '../../schemas/market/stream.ts';
import type { Subscriber } from '../ports/subscriber.ts';

/** What a subscriber wants; an empty list means everything. */
export interface Subscription {
  /** Provider ids as configured. */
  readonly providers: readonly string[];
  /** Canonical symbols or the venue's own spelling. */
  readonly symbols: readonly string[];
  /** Channels: trade, ticker, book, kline. */
  readonly types: readonly string[];
}

export interface Route {
  readonly subscriber: Subscriber;
  readonly subscriptions: readonly Subscription[];
}

/**
 * Which events go to whom, as one immutable table with a version: it is never edited, only replaced whole.
 * The list for a stream is worked out when its first event asks for it, then found by the stream's id.
 */
export class RouteTable {
  readonly version: number;
  readonly routes: readonly Route[];
  readonly #byStream: (readonly Subscriber[] | undefined)[] = [];

  constructor(version: number, routes: readonly Route[]) {
    this.version = version;
    this.routes = routes;
  }

  subscribersOf(stream: Stream): readonly Subscriber[] {
    return this.#byStream[stream.id] ?? this.#resolve(stream);
  }

  #resolve(stream: Stream): readonly Subscriber[] {
    const subscribers = this.routes.filter((route) => route.subscriptions.some((wanted) => matches(wanted, stream))).map((route) => route.subscriber);
    this.#byStream[stream.id] = subscribers;
    return subscribers;
  }
}

function matches(wanted: Subscription, stream: Stream): boolean {
  if (!includes(wanted.providers, stream.provider)) return false;
  if (!includes(wanted.types, stream.channel)) return false;
  return includes(wanted.symbols, stream.instrument.symbol) || includes(wanted.symbols, stream.instrument.venueSymbol);
}

function includes(list: readonly string[], name: string): boolean {
  return list.length === 0 || list.includes('*') || list.includes(name);
}
