import { assert } from '../../lib/assert/assert.ts';
import { Random } from '../../lib/random/random.ts';
import { InstrumentMarket } from './instrument-market.ts';
import type { SimulatedInstrument } from './instrument.ts';
import type { LimitBook } from './limit-book.ts';
import type { MarketListener } from './market-listener.ts';

/**
 * A market of several instruments which knows no venue. Everything follows from (seed, instruments, the times of the
 * steps): it has no timer and reads no clock.
 *
 *   step(nowMs) ──▶ one action on one instrument ──▶ MarketListener
 */
export class Market {
  readonly instruments: readonly SimulatedInstrument[];
  readonly #markets: readonly InstrumentMarket[];
  readonly #random: Random;
  /** Activities summed up, so that a draw finds its instrument. */
  readonly #activityUpTo: readonly number[];

  constructor(seed: number, instruments: readonly SimulatedInstrument[], listener: MarketListener, nowMs: number) {
    assert(instruments.length > 0, 'a market trades something');
    this.instruments = instruments;
    this.#random = new Random(seed);
    this.#markets = instruments.map((instrument, index) => new InstrumentMarket(index, instrument, this.#random.fork(), listener, nowMs));
    let sum = 0;
    this.#activityUpTo = instruments.map(({ activity }) => (sum += activity));
  }

  /** One action on one instrument, busy ones more often. */
  step(nowMs: number): void {
    const draw = this.#random.integer(1, this.#activityUpTo.at(-1)!);
    const index = this.#activityUpTo.findIndex((upTo) => draw <= upTo);
    this.#markets[index]!.passTime(nowMs);
    this.#markets[index]!.step(nowMs);
  }

  /** Closes the candles of minutes that are over, also where nobody trades. */
  passTime(nowMs: number): void {
    for (const market of this.#markets) market.passTime(nowMs);
  }

  book(index: number): LimitBook {
    return this.#markets[index]!.book;
  }

  candle(index: number): InstrumentMarket['candle'] {
    return this.#markets[index]!.candle;
  }
}
