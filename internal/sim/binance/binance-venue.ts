import type { Clock } from '../../../lib/clock/clock.ts';
import { AppError } from '../../../lib/errors/app-error.ts';
import type { HttpServer } from '../../../lib/http/server.ts';
import type { WsPeer } from '../../../lib/ws/server.ts';
import { errors } from '../../../schemas/errors.ts';
import type { BinanceMarket } from '../../providers/binance/dialect.ts';
import { levelTexts } from '../limit-book.ts';
import type { BookView, SimulatedVenue } from '../simulated-venue.ts';
import { readAddress } from './address.ts';
import { Connection } from './connection.ts';
import { Feed } from './feed.ts';
import { listingsOf } from './listings.ts';
import { Rest } from './rest.ts';
import { rulesOf, type MarketRules } from './rules.ts';

/** Binance on loopback: one market of it, with its streams and its public REST calls. */
export class BinanceVenue implements SimulatedVenue {
  readonly #clock: Clock;
  readonly #rules: MarketRules;
  readonly #feed: Feed;

  /**
   * @param symbols venue (`BTCUSDT`) or canonical (`BTC-USDT`) spelling; empty: all that are listed
   * @throws AppError SYMBOL_UNKNOWN
   */
  constructor(market: BinanceMarket, seed: number, symbols: readonly string[], clock: Clock) {
    const listed = listingsOf(market);
    const chosen = symbols.map((symbol) => {
      const found = listed.find((instrument) => instrument.venueSymbol === symbol || instrument.symbol === symbol);
      if (found === undefined) throw unknown(symbol);
      return found;
    });
    this.#clock = clock;
    this.#rules = rulesOf[market];
    this.#feed = new Feed(seed, chosen.length > 0 ? [...new Set(chosen)] : listed, this.#rules, clock.wallMs());
  }

  get symbols(): readonly string[] {
    return this.#feed.instruments.map(({ venueSymbol }) => venueSymbol);
  }

  get framesSent(): number {
    return this.#feed.topics.sentTotal;
  }

  serveOn(http: HttpServer): void {
    new Rest(this.#feed, this.#rules, this.#clock).serveOn(http);
  }

  knows(url: string): boolean {
    return readAddress(url, this.#rules.hasRoutes) !== null;
  }

  connect(peer: WsPeer): void {
    const address = readAddress(peer.url, this.#rules.hasRoutes);
    if (address !== null) new Connection(peer, address, this.#feed.topics, this.#rules, this.#clock);
  }

  step(wallMs: number): number {
    return this.#feed.step(wallMs);
  }

  beat(wallMs: number): number {
    return this.#feed.beat(wallMs);
  }

  flush(wallMs: number): void {
    this.#feed.flush(wallMs);
  }

  book(symbol: string): BookView {
    const index = this.#feed.instruments.findIndex((instrument) => instrument.venueSymbol === symbol || instrument.symbol === symbol);
    if (index < 0) throw unknown(symbol);
    const instrument = this.#feed.instruments[index]!;
    const { bids, asks } = this.#feed.book(index);
    return {
      symbol: instrument.venueSymbol,
      updateId: this.#feed.lastUpdateId(index),
      bids: levelTexts(bids, instrument),
      asks: levelTexts(asks, instrument),
    };
  }
}

function unknown(symbol: string): AppError {
  return new AppError(errors.symbolUnknown, { venue: 'binance', symbol });
}
