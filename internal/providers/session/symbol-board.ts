import { widen, type Instrument, type InstrumentFacts } from '../../../schemas/market/instrument.ts';
import type { StreamTable } from '../../../schemas/market/stream-table.ts';
import { NO_STREAM, type Channel, type Stream } from '../../../schemas/market/stream.ts';

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

/** Stands for every symbol that nobody asked for: those need neither instrument nor memory. */
const UNWANTED: SymbolEntry = Object.freeze({ instrument: NO_STREAM.instrument, isWanted: false, trade: null, ticker: null, book: null, kline: null });
/** Unwanted symbols that are found by one look-up; a recording may name any number of them. */
const UNWANTED_MAX = 4_096;

/**
 * From the venue's spelling to our integers: symbols become instruments and streams once, and every frame finds them by one
 * map look-up. (A Map, never an object: a venue may call a symbol `__proto__`.)
 */
export class SymbolBoard {
  readonly #wanted: Wanted;
  readonly #table: StreamTable;
  readonly #entries = new Map<string, SymbolEntry>();
  readonly #missing: Set<string>;
  #unwantedCount = 0;

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

  /** Asked for by its name, in either spelling. */
  isNamed(facts: InstrumentFacts): boolean {
    const { symbols } = this.#wanted;
    return symbols.includes(facts.symbol) || symbols.includes(facts.venueSymbol);
  }

  /**
   * Makes a symbol known; a second call gives the first entry, whose scales then grow to what the facts say. `isInAll`: `*` means
   * this one, too.
   *
   * @throws AppError STREAM_LIMIT when the stream table has no room for it
   */
  add(facts: InstrumentFacts, isInAll: boolean): SymbolEntry {
    const known = this.#entries.get(facts.venueSymbol);
    if (known !== undefined && known.isWanted) {
      widen(known.instrument, facts.priceScale, facts.quantityScale);
      return known;
    }
    if (!this.isNamed(facts) && !(isInAll && this.#wanted.symbols.includes('*'))) return this.#unwanted(facts.venueSymbol, known);
    this.#missing.delete(facts.symbol);
    this.#missing.delete(facts.venueSymbol);
    const instrument = this.#table.addInstrument(facts);
    const entry: SymbolEntry = {
      instrument,
      isWanted: true,
      trade: this.#stream('trade', instrument),
      ticker: this.#stream('ticker', instrument),
      book: this.#stream('book', instrument),
      kline: this.#stream('kline', instrument),
    };
    this.#entries.set(facts.venueSymbol, entry);
    return entry;
  }

  #unwanted(venueSymbol: string, known: SymbolEntry | undefined): SymbolEntry {
    if (known === undefined && this.#unwantedCount < UNWANTED_MAX) {
      this.#unwantedCount += 1;
      this.#entries.set(venueSymbol, UNWANTED);
    }
    return UNWANTED;
  }

  #stream(channel: Channel, instrument: Instrument): Stream | null {
    const { provider, venue, market, channels } = this.#wanted;
    if (!channels.includes(channel)) return null;
    return this.#table.addStream({ provider, venue, market, channel, instrument });
  }
}
