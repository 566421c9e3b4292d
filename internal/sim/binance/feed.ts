import { Random } from '../../../lib/random/random.ts';
import type { Side } from '../../../lib/ladder/ladder.ts';
import type { Candle } from '../candle.ts';
import type { SimulatedInstrument } from '../instrument.ts';
import type { LimitBook } from '../limit-book.ts';
import type { MarketListener } from '../market-listener.ts';
import { Market } from '../market.ts';
import type { Trade } from '../trade.ts';
import type { MarketRules } from './rules.ts';
import { SymbolFeed } from './symbol-feed.ts';
import { Topics } from './topics.ts';
import { UpdateIds } from './update-ids.ts';

/**
 * A seeded market that speaks Binance: the market's facts go to the feed of their symbol. Knows neither sockets nor timers;
 * whoever drives it says what time it is.
 */
export class Feed implements MarketListener {
  readonly topics = new Topics();
  readonly #market: Market;
  readonly #ids: UpdateIds;
  readonly #symbols: readonly SymbolFeed[];
  readonly #indexBySymbol = new Map<string, number>();

  constructor(seed: number, instruments: readonly SimulatedInstrument[], rules: MarketRules, nowMs: number) {
    const random = new Random(seed);
    const ids = new UpdateIds(instruments.length, rules.hasSharedIds, random.fork());
    const market = new Market(random.uint32(), instruments, this, nowMs);
    this.#ids = ids;
    this.#market = market;
    this.#symbols = instruments.map((instrument, index) => {
      this.#indexBySymbol.set(instrument.venueSymbol, index);
      const firstAggTradeId = random.integer(1_000_000, 3_000_000_000);
      const parts = { instrument, rules, topics: this.topics, ids, book: market.book(index), candle: market.candle(index) };
      return new SymbolFeed(index, { ...parts, phase: index / instruments.length, firstAggTradeId, nowMs });
    });
  }

  get instruments(): readonly SimulatedInstrument[] {
    return this.#market.instruments;
  }

  /** The place of a venue symbol in the list, or -1. */
  indexOf(venueSymbol: string): number {
    return this.#indexBySymbol.get(venueSymbol) ?? -1;
  }

  book(index: number): LimitBook {
    return this.#market.book(index);
  }

  lastUpdateId(index: number): number {
    return this.#ids.last(index);
  }

  snapshot(index: number, limit: number, nowMs: number): string {
    return this.#symbols[index]!.snapshot(limit, nowMs);
  }

  /** One action of the market. @returns how many frames it made */
  step(nowMs: number): number {
    this.#market.step(nowMs);
    return this.#takeFrameCount();
  }

  /** Says what is due by now. @returns how many frames it made */
  beat(nowMs: number): number {
    this.#market.passTime(nowMs);
    for (const symbol of this.#symbols) symbol.beat(nowMs);
    return this.#takeFrameCount();
  }

  /** Says everything that waits: afterwards the last diff of every stream carries the book's last change. */
  flush(nowMs: number): void {
    for (const symbol of this.#symbols) symbol.flush(nowMs);
    this.#takeFrameCount();
  }

  trade(index: number, trade: Trade): void {
    this.#symbols[index]!.trade(trade);
  }

  level(index: number, side: Side, price: number): void {
    this.#symbols[index]!.level(side, price);
  }

  stepped(index: number, nowMs: number): void {
    this.#symbols[index]!.stepped(nowMs);
  }

  candleClosed(index: number, candle: Candle, nowMs: number): void {
    this.#symbols[index]!.candleClosed(candle, nowMs);
  }

  #takeFrameCount(): number {
    let count = 0;
    for (const symbol of this.#symbols) count += symbol.takeFrameCount();
    return count;
  }
}
