/** The only way to the private scales from outside the class. */
let widenScales: (instrument: Instrument, priceScale: number, quantityScale: number) => void;

/**
 * What is traded: one symbol of one provider's venue, with the scales its numbers are exact at.
 *
 * Scales come from the venue's instrument list (tick and step size), or from the numbers themselves where a recording
 * holds no list. They only ever grow: a venue that starts to quote a finer tick widens the instrument, and every event
 * carries the scales it was written at.
 *
 * Every event leads to its instrument, so plugins hold it too: it is frozen, and only `widen` below, which nothing that a
 * plugin is given leads to, changes its scales.
 */
export class Instrument {
  /** Process-wide, dense from 0. */
  readonly id: number;
  /** Canonical `BASE-QUOTE`, dated contracts `BASE-QUOTE-YYMMDD`; upper case. */
  readonly symbol: string;
  /** The venue's own spelling, such as `BTCUSDT`. */
  readonly venueSymbol: string;
  readonly base: string;
  readonly quote: string;
  #priceScale: number;
  #quantityScale: number;

  constructor(facts: InstrumentFacts, id: number) {
    this.id = id;
    this.symbol = facts.symbol;
    this.venueSymbol = facts.venueSymbol;
    this.base = facts.base;
    this.quote = facts.quote;
    this.#priceScale = facts.priceScale;
    this.#quantityScale = facts.quantityScale;
    Object.freeze(this);
  }

  /** Digits after the point of a price, 0 to 15. */
  get priceScale(): number {
    return this.#priceScale;
  }

  /** Digits after the point of a quantity, 0 to 15. */
  get quantityScale(): number {
    return this.#quantityScale;
  }

  static {
    widenScales = (instrument, priceScale, quantityScale) => {
      instrument.#priceScale = Math.max(instrument.#priceScale, priceScale);
      instrument.#quantityScale = Math.max(instrument.#quantityScale, quantityScale);
    };
    Object.freeze(this.prototype);
  }
}

/** For the instrument's provider alone: its scales grow to at least these. */
export function widen(instrument: Instrument, priceScale: number, quantityScale: number): void {
  widenScales(instrument, priceScale, quantityScale);
}

/** An instrument as a venue's list (or a guess from its frames) describes it. */
export interface InstrumentFacts {
  readonly symbol: string;
  readonly venueSymbol: string;
  readonly base: string;
  readonly quote: string;
  readonly priceScale: number;
  readonly quantityScale: number;
}
