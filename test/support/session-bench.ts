import { EventPools } from '../../internal/dispatcher/event-pools.ts';
import type { BinanceMarket } from '../../internal/providers/binance/dialect.ts';
import { binanceVenue } from '../../internal/providers/binance/provider.ts';
import type { BookKeeper } from '../../internal/ports/book-keeper.ts';
import type { RawFrameTap } from '../../internal/ports/raw-frames.ts';
import { ProviderSession } from '../../internal/providers/session/session.ts';
import { DeadLetterBox } from '../../internal/telemetry/dead-letters.ts';
import type { Clock } from '../../lib/clock/clock.ts';
import { ManualClock } from '../../lib/clock/manual-clock.ts';
import type { AppError } from '../../lib/errors/app-error.ts';
import { silentLogger, type LogFacts, type Logger } from '../../lib/log/logger.ts';
import { Pool } from '../../lib/pool/pool.ts';
import { eventTypeNames, type CanonicalEvent } from '../../schemas/events/event.ts';
import { StreamTable } from '../../schemas/market/stream-table.ts';
import { channels, type Channel } from '../../schemas/market/stream.ts';
import { WsFrame } from '../../schemas/market/ws-frame.ts';

export interface SessionBenchOptions {
  readonly clock?: Clock;
  readonly market?: BinanceMarket;
  readonly symbols?: readonly string[];
  readonly channels?: readonly Channel[];
  /** How many, or a pool that is shared with other sessions. */
  readonly frames?: number | Pool<WsFrame>;
  readonly events?: number;
  readonly guesses?: boolean;
  readonly streamLimit?: number;
  /** The book room; by default one that writes down what it is told. */
  readonly books?: (bench: SessionBench) => BookKeeper;
}

/** A provider session on real pools, with recorders at its doors: what came out, in order, as short lines. */
export class SessionBench {
  readonly manual = new ManualClock();
  readonly streams: StreamTable;
  readonly frames: Pool<WsFrame>;
  readonly events: EventPools;
  readonly deadLetters: DeadLetterBox;
  readonly session: ProviderSession;
  readonly heard: string[] = [];
  readonly taken: CanonicalEvent[] = [];
  readonly logged: string[] = [];
  readonly tapped: string[] = [];
  readonly ends: (AppError | null)[] = [];
  /** True: events are kept by whoever got them, as a pool that is out would be. */
  holds = false;

  constructor(options: SessionBenchOptions = {}) {
    const { market = 'spot', symbols = ['*'], guesses = true } = options;
    const clock = options.clock ?? this.manual;
    this.streams = new StreamTable(options.streamLimit);
    const { frames = 200 } = options;
    this.frames = frames instanceof Pool ? frames : new Pool({ name: 'frame', capacity: frames, create: () => new WsFrame(), clock });
    this.events = new EventPools(options.events ?? 64, clock, false);
    this.deadLetters = new DeadLetterBox(clock, silentLogger);
    const books = options.books?.(this) ?? this.#books();
    this.session = new ProviderSession({ provider: 'p', venue: 'binance', market, symbols, channels: options.channels ?? channels }, binanceVenue(market), 1, guesses, {
      clock,
      log: this.#log(),
      streams: this.streams,
      frames: this.frames,
      events: this.events,
      books,
      sink: { accept: (event) => this.accept(event) },
      deadLetters: this.deadLetters,
      tap: this.#tap(),
      onEnd: (error) => this.ends.push(error),
    });
  }

  accept(event: CanonicalEvent): void {
    this.heard.push(`${eventTypeNames[event.type]} ${event.stream.instrument.venueSymbol} ${event.sequenceLast}`);
    this.taken.push(this.holds ? event : event.clone());
    if (!this.holds) this.events.release(event);
  }

  giveBack(count: number): void {
    for (const event of this.taken.splice(0, count)) this.events.release(event);
  }

  get lent(): number {
    return this.frames.inUse + this.events.counters().reduce((sum, { inUse }) => sum + inUse, 0);
  }

  #books(): BookKeeper {
    return {
      add: (stream) => void this.heard.push(`keep ${stream.instrument.venueSymbol}`),
      connected: (stream, epoch) => void this.heard.push(`connected ${stream.instrument.venueSymbol} ${epoch}`),
      subscribed: (stream) => void this.heard.push(`subscribed ${stream.instrument.venueSymbol}`),
      disconnected: (stream, cause) => void this.heard.push(`${cause === 'lost' ? 'disconnected' : cause} ${stream.instrument.venueSymbol}`),
      snapshotFailed: (stream) => void this.heard.push(`no snapshot ${stream.instrument.venueSymbol}`),
      accept: (event) => this.accept(event),
    };
  }

  #log(): Logger {
    const line = (message: string, facts: LogFacts = {}): void => void this.logged.push(`${message} ${Object.values(facts).join(' ')}`);
    return { ...silentLogger, info: line, warn: line, error: line };
  }

  #tap(): RawFrameTap {
    return {
      onOpen: (_, connection, url) => void this.tapped.push(`open ${connection} ${url}`),
      onFrame: (_, connection, __, data) => void this.tapped.push(`frame ${connection} ${data.toString()}`),
      onRest: (_, url) => void this.tapped.push(`rest ${url}`),
    };
  }
}

export function tradeText(id: number, symbol = 'BTCUSDT'): string {
  return `{"e":"trade","E":5,"s":"${symbol}","t":${id},"p":"1.5","q":"2","T":5,"m":true,"M":true}`;
}

export function depthText(first: number, last: number, symbol = 'BTCUSDT'): string {
  return `{"e":"depthUpdate","E":5,"s":"${symbol}","U":${first},"u":${last},"b":[["1","${last}"]],"a":[]}`;
}
