import type { Side } from '../../../lib/ladder/ladder.ts';
import {
  encodeAggTrade,
  encodeBookTicker,
  encodeDepthSnapshot,
  encodeDepthUpdate,
  encodeKline,
  encodeTrade,
} from '../../providers/binance/dialect.ts';
import type { Candle } from '../candle.ts';
import type { SimulatedInstrument } from '../instrument.ts';
import type { LimitBook } from '../limit-book.ts';
import type { Trade } from '../trade.ts';
import { DepthBatch, nextDueMs } from './depth-batch.ts';
import type { MarketRules } from './rules.ts';
import { SymbolEvents } from './symbol-events.ts';
import type { Route, Topic, Topics } from './topics.ts';
import type { UpdateIds } from './update-ids.ts';

/**
 * Turns the facts of one instrument into the frames of its streams.
 *
 *   trade ─▶ @trade, and after the last fill at a price @aggTrade
 *   level ─▶ the next update id, and a place in every batch of @depth
 *   stepped ─▶ @bookTicker if the best changed
 *   beat ─▶ batches of @depth and the open candle, when they are due
 *
 * A frame nobody listens to is counted, but not written.
 */
export class SymbolFeed {
  readonly instrument: SimulatedInstrument;
  readonly #index: number;
  readonly #rules: MarketRules;
  readonly #topics: Topics;
  readonly #ids: UpdateIds;
  readonly #book: LimitBook;
  readonly #candle: Candle;
  readonly #events: SymbolEvents;
  readonly #trade: Topic;
  readonly #aggTrade: Topic;
  readonly #bookTicker: Topic;
  readonly #kline: Topic;
  readonly #batches: readonly DepthBatch[];
  #lastAggTradeId: number;
  #aggQuantity = 0;
  #klineDueMs: number;
  #klineTradesSaid = 0;
  #frames = 0;

  constructor(index: number, options: SymbolFeedOptions) {
    const { instrument, rules, topics, ids, nowMs } = options;
    const name = instrument.venueSymbol.toLowerCase();
    const route = (own: Route): Route => (rules.hasRoutes ? own : 'any');
    this.instrument = instrument;
    this.#index = index;
    this.#rules = rules;
    this.#topics = topics;
    this.#ids = ids;
    this.#book = options.book;
    this.#candle = options.candle;
    this.#events = new SymbolEvents(instrument, rules.market);
    this.#trade = topics.add(`${name}@trade`, route('market'));
    this.#aggTrade = topics.add(`${name}@aggTrade`, route('market'));
    this.#bookTicker = topics.add(`${name}@bookTicker`, route('public'));
    this.#kline = topics.add(`${name}@kline_1m`, route('market'));
    // Symbols do not all speak in the same millisecond.
    this.#batches = Object.entries(rules.depthPeriodsMs).map(
      ([suffix, periodMs]) =>
        new DepthBatch(topics.add(`${name}@depth${suffix}`, route('public')), periodMs, ids.last(index), nowMs + periodMs * options.phase),
    );
    this.#klineDueMs = nowMs + rules.klinePeriodMs * options.phase;
    this.#lastAggTradeId = options.firstAggTradeId;
  }

  /** The frames since the last call which a connection got, or would get, that hears one of each kind (@depth: @100ms). */
  takeFrameCount(): number {
    const count = this.#frames;
    this.#frames = 0;
    return count;
  }

  trade(trade: Trade): void {
    this.#frames += 1;
    if (this.#trade.listeners.size > 0) {
      this.#topics.publish(this.#trade, encodeTrade(this.#events.trade(trade, trade.id, trade.quantity), this.#rules.market));
    }
    this.#aggQuantity += trade.quantity;
    if (trade.fillIndex < trade.fillCount - 1) return;
    this.#frames += 1;
    this.#lastAggTradeId += 1;
    if (this.#aggTrade.listeners.size > 0) {
      const event = this.#events.trade(trade, this.#lastAggTradeId, this.#aggQuantity);
      event.payload.fillCount = trade.fillCount;
      this.#topics.publish(this.#aggTrade, encodeAggTrade(event, this.#rules.market, trade.id - trade.fillCount + 1));
    }
    this.#aggQuantity = 0;
  }

  level(side: Side, price: number): void {
    const id = this.#ids.next(this.#index);
    for (const batch of this.#batches) batch.add(id, side, price);
  }

  stepped(nowMs: number): void {
    if (this.#events.isBestChanged(this.#book)) {
      this.#frames += 1;
      const event = this.#events.ticker(this.#book, this.#ids.last(this.#index), nowMs);
      if (this.#bookTicker.listeners.size > 0) this.#topics.publish(this.#bookTicker, encodeBookTicker(event, this.#rules.market));
    }
    for (const batch of this.#batches) if (batch.periodMs === 0) this.#flush(batch, nowMs);
  }

  beat(nowMs: number): void {
    for (const batch of this.#batches) if (batch.periodMs > 0 && batch.isDue(nowMs)) this.#flush(batch, nowMs);
    if (nowMs < this.#klineDueMs) return;
    this.#klineDueMs = nextDueMs(this.#klineDueMs, this.#rules.klinePeriodMs, nowMs);
    this.#sayOpenCandle(nowMs);
  }

  /** Says everything that still waits for its period. */
  flush(nowMs: number): void {
    for (const batch of this.#batches) this.#flush(batch, nowMs);
    this.#sayOpenCandle(nowMs);
  }

  candleClosed(candle: Candle, nowMs: number): void {
    this.#sayCandle(candle, nowMs, true);
    this.#klineTradesSaid = 0;
  }

  /** The best levels as REST gives them, up to the last change, said or not. */
  snapshot(limit: number, nowMs: number): string {
    return encodeDepthSnapshot(this.#events.snapshot(this.#book, limit, this.#ids.last(this.#index), nowMs), this.#rules.market);
  }

  #flush(batch: DepthBatch, nowMs: number): void {
    if (batch.isEmpty) return;
    const lastId = this.#ids.last(this.#index);
    if (batch.periodMs === 100) this.#frames += 1;
    if (batch.topic.listeners.size > 0) {
      const event = this.#events.depth(nowMs);
      batch.write(event, this.#book, lastId);
      this.#topics.publish(batch.topic, encodeDepthUpdate(event, this.#rules.market));
    }
    batch.clear(lastId);
  }

  #sayOpenCandle(nowMs: number): void {
    if (this.#candle.tradeCount === this.#klineTradesSaid) return;
    this.#klineTradesSaid = this.#candle.tradeCount;
    this.#sayCandle(this.#candle, nowMs, false);
  }

  #sayCandle(candle: Candle, nowMs: number, isClosed: boolean): void {
    this.#frames += 1;
    if (this.#kline.listeners.size === 0) return;
    const event = this.#events.kline(candle, nowMs, isClosed);
    this.#topics.publish(this.#kline, encodeKline(event, this.#rules.market, this.#events.klineExtras(candle)));
  }
}

export interface SymbolFeedOptions {
  readonly instrument: SimulatedInstrument;
  readonly rules: MarketRules;
  readonly topics: Topics;
  readonly ids: UpdateIds;
  readonly book: LimitBook;
  readonly candle: Candle;
  /** Where in a period its batches are due, in [0, 1). */
  readonly phase: number;
  readonly firstAggTradeId: number;
  readonly nowMs: number;
}
