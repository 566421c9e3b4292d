import type { ConfigOf, ConfigTable } from '../../lib/config/config-table.ts';
import type { Logger } from '../../lib/log/logger.ts';
import type { BookEvent, CanonicalEvent, KlineEvent, TickerEvent, TradeEvent } from '../../schemas/events/event.ts';
import type { BookReader } from '../ports/book-reader.ts';

/**
 * The door of plugin authors: everything that `meltica/plugin` gives.
 *
 * A plugin is one object: handlers for the events it wants, and what it needs around them. It is the default export of
 * an ES module, made by `definePlugin` for its types or written down plainly, which works as well.
 */
export function definePlugin<const T extends ConfigTable = NoConfig>(plugin: PluginWithSchema<T>): Plugin<ConfigOf<T>> {
  return plugin;
}

/**
 * Handlers are called one at a time, in the order of the events, as methods of the plugin. A handler that returns a promise
 * is waited for. The event is the plugin's own: it may be kept and changed, but for its stream, which is everybody's and frozen.
 */
export interface Plugin<C = AnyConfig> {
  /** For logs; the consumer's id when absent. */
  readonly name?: string;
  /** What may stand under `config` of the consumer; without it nothing may. */
  readonly configSchema?: ConfigTable;
  /** Before the first event. What it throws keeps the whole process from starting. */
  start?(context: PluginContext<C>): void | Promise<void>;
  onTrade?(event: TradeEvent, context: PluginContext<C>): void | Promise<void>;
  onTicker?(event: TickerEvent, context: PluginContext<C>): void | Promise<void>;
  /** Snapshots and updates. */
  onBook?(event: BookEvent, context: PluginContext<C>): void | Promise<void>;
  onKline?(event: KlineEvent, context: PluginContext<C>): void | Promise<void>;
  /** Every event, after the handler of its type. */
  onEvent?(event: CanonicalEvent, context: PluginContext<C>): void | Promise<void>;
  /** After the last event, also when the consumer was suspended. */
  stop?(context: PluginContext<C>): void | Promise<void>;
}

/** What a plugin is given. The same object in every call. */
export interface PluginContext<C = AnyConfig> {
  /** The `id` of the consumer in the config. */
  readonly consumerId: string;
  /** Checked against `configSchema`, defaults filled in. */
  readonly config: C;
  readonly logger: Logger;
  readonly clock: PluginClock;
  readonly metrics: PluginMetrics;
  /** The live books of the process, read-only. */
  readonly books: BookReader;
  /** Ends the deliveries to this consumer, with the reason in the log and in the report. `stop` is still called. */
  suspend(reason: string): void;
}

/** In a replay this is the time of the replay, which is why a plugin asks here. */
export interface PluginClock {
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Milliseconds that never go back, with a fraction: for durations. */
  monotonicMs(): number;
}

/**
 * Numbers for `/metrics`. `signals` becomes `meltica_plugin_signals_total{consumer="my-consumer"}`; the names are lower case letters
 * and underscores. Asking twice for the same name gives the same number.
 */
export interface PluginMetrics {
  counter(name: string, help: string): PluginCounter;
  gauge(name: string, help: string): PluginGauge;
  /** `bounds` are the upper ends of the published buckets, growing. */
  histogram(name: string, help: string, bounds: readonly number[]): PluginHistogram;
}

export interface PluginCounter {
  add(count?: number): void;
}

export interface PluginGauge {
  set(value: number): void;
}

export interface PluginHistogram {
  /** A whole number of 0 or more. */
  record(value: number): void;
}

export type PluginWithSchema<T extends ConfigTable> = Plugin<ConfigOf<T>> & { readonly configSchema?: T };

type AnyConfig = Readonly<Record<string, unknown>>;
type NoConfig = Readonly<Record<never, never>>;

// A mantissa and its scale as exact text or as the nearest double; an event as plain data with decimal text.
export { formatDecimal, toNumber } from '../../lib/decimal/decimal.ts';
export { toWire } from '../../schemas/events/wire.ts';
export { EventType, Quality, qualityNames } from '../../schemas/events/event.ts';
export { TakerSide, takerSideNames } from '../../schemas/events/payloads.ts';

export type { ConfigOf, ConfigTable } from '../../lib/config/config-table.ts';
export type { LogFacts, Logger } from '../../lib/log/logger.ts';
export type { BookEvent, CanonicalEvent, KlineEvent, TickerEvent, TradeEvent } from '../../schemas/events/event.ts';
export type { BookPayload, KlinePayload, TickerPayload, TradePayload } from '../../schemas/events/payloads.ts';
export type { WireEvent } from '../../schemas/events/wire.ts';
export type { Stream } from '../../schemas/market/stream.ts';
export type { Instrument } from '../../schemas/market/instrument.ts';
export type { BookLevel, BookReader, BookState, BookView } from '../ports/book-reader.ts';
