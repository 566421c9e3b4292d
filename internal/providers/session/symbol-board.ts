import type { Instrument, InstrumentFacts } from '../../../schemas/market/instrument.ts';
import type { StreamTable } from '../../../schemas/market/stream-table.ts';
import type { Channel, Stream } from '../../../schemas/market/stream.ts';

/** What a provider is to deliver, as its config says it. */
export interface Wanted {
  /** The provider's id in the config. */
  readonly provider: string;
  readonly venue: string;
  readonly market: string;
  /** Canonical names, venue spellings, or `*`. */
  readonly symbols: readonly string[];
  readonly channels: readonly Channel[];
}

/** One symbol of the venue and the streams that were asked of it; null where a channel was not. */
export interface SymbolEntry {
  readonly instrument: Instrument;
  readonly isWanted: boolean;
  readonly trade: Stream | null;
  readonly ticker: Stream | null;
  readonly book: Stream | null;
  readonly kline: Stream | null;
}

/**
 * From the venue's spelling to our integers: symbols become instruments and streams once, and every frame finds them by one
 * map look-up. (A Map, never an object: a venue may call a symbol `__proto__`.)
 */
export class SymbolBoard {
  readonly #wanted: Wanted;
  readonly #table: StreamTable;
  readonly #entries = new Map<string, SymbolEntry>();
  readonly #missing: Set<string>;

  constructor(wanted: Wanted, table: StreamTable) {
    this.#wanted = wanted;
    this.#table = table;
    this.#missing = new Set(wanted.symbols.filter((symbol) => symbol !== '*'));
  }

  /** Configured symbols that no instrument has answered to yet. */
  get missing(): readonly string[] {
    return [...this.#missing];
  }

  get entries(): Iterable<SymbolEntry> {
    return this.#entries.values();
  }

  find(venueSymbol: string): SymbolEntry | undefined {
    return this.#entries.get(venueSymbol);
  }

  /** Makes a symbol known; a second call gives the first entry, whose scales then grow to what the facts say. */
  add(facts: InstrumentFacts): SymbolEntry {
    const known = this.#entries.get(facts.venueSymbol);
    if (known !== undefined) {
      known.instrument.priceScale = Math.max(known.instrument.priceScale, facts.priceScale);
      known.instrument.quantityScale = Math.max(known.instrument.quantityScale, facts.quantityScale);
      return known;
    }
    const instrument = this.#table.addInstrument(facts);
    const isWanted = this.#isWanted(instrument);
    const entry: SymbolEntry = {
      instrument,
      isWanted,
      trade: this.#stream('trade', instrument, isWanted),
      ticker: this.#stream('ticker', instrument, isWanted),
      book: this.#stream('book', instrument, isWanted),
      kline: this.#stream('kline', instrument, isWanted),
    };
    this.#entries.set(facts.venueSymbol, entry);
    return entry;
  }

  #isWanted(instrument: Instrument): boolean {
    this.#missing.delete(instrument.symbol);
    this.#missing.delete(instrument.venueSymbol);
    const { symbols } = this.#wanted;
    return symbols.includes('*') || symbols.includes(instrument.symbol) || symbols.includes(instrument.venueSymbol);
  }

  #stream(channel: Channel, instrument: Instrument, isWanted: boolean): Stream | null {
    const { provider, venue, market, channels } = this.#wanted;
    if (!isWanted || !channels.includes(channel)) return null;
    return this.#table.addStream({ provider, venue, market, channel, instrument });
  }
}
