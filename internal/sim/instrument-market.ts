import { assert } from '../../lib/assert/assert.ts';
import { Side } from '../../lib/ladder/ladder.ts';
import type { Random } from '../../lib/random/random.ts';
import { TakerSide } from '../../schemas/events/payloads.ts';
import { CANDLE_MS, Candle } from './candle.ts';
import type { SimulatedInstrument } from './instrument.ts';
import { LimitBook } from './limit-book.ts';
import type { MarketListener } from './market-listener.ts';

/** A side never has fewer levels, so that a subscriber's top 200 is always full; above the most, the worst are pulled. */
export const LEVELS_MIN = 220;
const LEVELS_START = 250;
const LEVELS_MAX = 320;
/** How far from fair levels are placed, in usual distances: room for more levels than there may be. */
const SPAN_GAPS = 400;
/** Nearly everything happens so near the best. */
const TOP_LEVELS = 20;
/** How many levels one taker order eats at most. */
const SWEEP_MAX = 4;
const FILLS_MAX = 3;
/** How far the fair price may go from where it began before it is pulled back, in thousandths. */
const RANGE_PER_MILLE = 150;
/** How many ticks of price make one tick of the usual distance between levels. */
const TICKS_PER_GAP = 200_000;

assert(SPAN_GAPS > LEVELS_MAX, 'a side always has a free price within its span');

/**
 * The life of one instrument: a fair price that wanders, quotes that follow it, takers that eat quotes.
 *
 *   bids … ▂▅▇ │ fair │ ▇▅▂ … asks       quotes are placed on the right side of fair, near it
 *            ▇ ◀──────                   fair has moved past a quote: it is stale, and is sold into (bought from)
 *
 * Works in ticks and steps, so that every price and quantity it makes is one the venue allows. The dice are only added and
 * multiplied (no logarithm, no sine): the same seed gives the same market on every machine.
 */
export class InstrumentMarket {
  readonly instrument: SimulatedInstrument;
  readonly book = new LimitBook();
  readonly candle: Candle;
  readonly #index: number;
  readonly #random: Random;
  readonly #listener: MarketListener;
  readonly #startTicks: number;
  readonly #gapTicks: number;
  readonly #typicalSteps: number;
  #fairTicks: number;
  #lastTradeId: number;

  constructor(index: number, instrument: SimulatedInstrument, random: Random, listener: MarketListener, nowMs: number) {
    this.instrument = instrument;
    this.#index = index;
    this.#random = random;
    this.#listener = listener;
    this.#startTicks = instrument.startPrice / instrument.priceTick;
    this.#gapTicks = Math.max(1, Math.floor(this.#startTicks / TICKS_PER_GAP));
    const lowestTicks = (this.#startTicks * (1_000 - RANGE_PER_MILLE)) / 1_000;
    assert(lowestTicks > 2 * SPAN_GAPS * this.#gapTicks, 'the tick is fine enough for a whole book between zero and fair');
    this.#typicalSteps = Math.floor(instrument.typicalQuantity / instrument.quantityStep);
    this.#fairTicks = this.#startTicks;
    this.#lastTradeId = random.integer(1_000_000, 4_000_000_000);
    this.candle = new Candle(instrument.startPrice, nowMs, instrument.priceScale + instrument.quantityScale);
    this.#open(Side.Bid);
    this.#open(Side.Ask);
  }

  step(nowMs: number): void {
    this.#drift();
    const stale = this.#staleSide();
    const dice = this.#random.fraction();
    if (stale !== null && dice < 0.7) this.#take(stale, nowMs);
    else if (dice < 0.12) this.#take(this.#anySide(), nowMs);
    else if (dice < 0.7) this.#quote(this.#anySide());
    else if (dice < 0.94) this.#cancel(this.#anySide());
    else this.#changeDeep(this.#anySide());
    this.#keepDepth(Side.Bid);
    this.#keepDepth(Side.Ask);
    this.#listener.stepped(this.#index, nowMs);
  }

  /** Closes the candle of a minute that is over; nothing when it is not. */
  passTime(nowMs: number): void {
    if (nowMs < this.candle.openMs + CANDLE_MS) return;
    this.#listener.candleClosed(this.#index, this.candle, nowMs);
    this.candle.begin(nowMs);
  }

  /** Coarse ticks move seldom: a step of one tick is much for them. */
  #drift(): void {
    const chance = Math.min(0.25, Math.max(0.002, this.#startTicks / (4 * TICKS_PER_GAP)));
    if (!this.#random.chance(chance)) return;
    const pullPerMille = Math.trunc(((this.#fairTicks - this.#startTicks) * 1_000) / this.#startTicks);
    const step = this.#random.integer(-this.#gapTicks, this.#gapTicks);
    const isOutward = Math.sign(step) === Math.sign(pullPerMille) && Math.abs(pullPerMille) >= RANGE_PER_MILLE;
    this.#fairTicks += isOutward ? -step : step;
  }

  /** The side whose best quote the fair price has passed. */
  #staleSide(): Side | null {
    const fair = this.#fairTicks * this.instrument.priceTick;
    if (this.book.bestBid > fair) return Side.Bid;
    return this.book.bestAsk <= fair ? Side.Ask : null;
  }

  /** A taker eats from the best levels of `side`: some of the first, all of it, or a few levels. */
  #take(side: Side, nowMs: number): void {
    const ladder = this.book.side(side);
    const dice = this.#random.fraction();
    const levels = dice < 0.85 ? 1 : this.#random.integer(2, SWEEP_MAX);
    for (let i = 0; i < levels; i += 1) {
      const steps = ladder.quantityAt(0) / this.instrument.quantityStep;
      const isWhole = dice >= 0.7 && (i < levels - 1 || dice < 0.85);
      this.#fill(side, isWhole ? steps : this.#random.integer(1, steps), nowMs);
    }
  }

  /** Fills one taker order at the best price of `side`, in one or more trades, and then changes the level. */
  #fill(side: Side, steps: number, nowMs: number): void {
    const { quantityStep } = this.instrument;
    const ladder = this.book.side(side);
    const price = ladder.priceAt(0);
    const left = ladder.quantityAt(0) - steps * quantityStep;
    const takerSide = side === Side.Ask ? TakerSide.Buy : TakerSide.Sell;
    const fillCount = this.#random.integer(1, Math.min(FILLS_MAX, steps));
    let unfilled = steps;
    for (let fillIndex = 0; fillIndex < fillCount; fillIndex += 1) {
      const later = fillCount - fillIndex - 1;
      const filled = later === 0 ? unfilled : this.#random.integer(1, unfilled - later);
      unfilled -= filled;
      this.#lastTradeId += 1;
      const trade = { id: this.#lastTradeId, price, quantity: filled * quantityStep, takerSide, timeMs: nowMs, fillIndex, fillCount };
      this.candle.add(trade);
      this.#listener.trade(this.#index, trade);
    }
    this.#set(side, price, left);
  }

  /** Places or changes a level near the fair price: the nearer, the more often. */
  #quote(side: Side): void {
    const reach = this.#random.fraction() * this.#random.fraction();
    this.#requote(side, this.#priceAt(side, Math.floor(TOP_LEVELS * this.#gapTicks * reach)));
  }

  #cancel(side: Side): void {
    const depth = Math.floor(TOP_LEVELS * this.#random.fraction() * this.#random.fraction());
    this.#set(side, this.book.side(side).priceAt(depth), 0);
  }

  /** Somewhere in the book: fills a hole that the wandering price has left, or changes a level. */
  #changeDeep(side: Side): void {
    const { priceTick } = this.instrument;
    const ladder = this.book.side(side);
    const depth = this.#random.integer(0, ladder.size - 2);
    const price = ladder.priceAt(depth);
    const holeTicks = (ladder.priceAt(depth + 1) - price) / priceTick;
    const isWide = Math.abs(holeTicks) > 2 * this.#gapTicks + 1;
    this.#requote(side, isWide ? price + Math.trunc(holeTicks / 2) * priceTick : price);
  }

  /** Gives a level a quantity it did not have. */
  #requote(side: Side, price: number): void {
    const quantity = this.#someQuantity();
    const isSame = this.book.side(side).quantityOf(price) === quantity;
    this.#set(side, price, isSame ? quantity + this.instrument.quantityStep : quantity);
  }

  /** Pulls what is too much or too far away, and fills up what is too little. */
  #keepDepth(side: Side): void {
    const ladder = this.book.side(side);
    const farthest = 2 * SPAN_GAPS * this.#gapTicks * this.instrument.priceTick;
    const fair = this.#fairTicks * this.instrument.priceTick;
    while (ladder.size > LEVELS_MAX || Math.abs(ladder.priceAt(ladder.size - 1) - fair) > farthest) {
      this.#set(side, ladder.priceAt(ladder.size - 1), 0);
    }
    while (ladder.size < LEVELS_MIN) this.#set(side, this.#freePrice(side), this.#someQuantity());
  }

  #set(side: Side, price: number, quantity: number): void {
    this.book.set(side, price, quantity);
    this.#listener.level(this.#index, side, price, quantity);
  }

  /** A price within the span of a side that has no level; from where the dice fell it looks outwards. */
  #freePrice(side: Side): number {
    const { priceTick } = this.instrument;
    const ladder = this.book.side(side);
    const outwards = side === Side.Bid ? -priceTick : priceTick;
    let price = this.#priceAt(side, this.#random.integer(0, SPAN_GAPS * this.#gapTicks));
    while (ladder.quantityOf(price) > 0) price += outwards;
    return price;
  }

  /** The price so many ticks from fair, or from the other side's best where that is in the way. */
  #priceAt(side: Side, offsetTicks: number): number {
    const { priceTick } = this.instrument;
    const fair = this.#fairTicks * priceTick;
    const { bids, asks } = this.book;
    if (side === Side.Ask) return Math.max(fair + priceTick, bids.size > 0 ? bids.priceAt(0) + priceTick : 0) + offsetTicks * priceTick;
    return Math.min(fair, asks.size > 0 ? asks.priceAt(0) - priceTick : fair) - offsetTicks * priceTick;
  }

  /** The book as it is before the first step. */
  #open(side: Side): void {
    const ladder = this.book.side(side);
    this.book.set(side, this.#priceAt(side, 0), this.#someQuantity());
    while (ladder.size < LEVELS_START) this.book.set(side, this.#freePrice(side), this.#someQuantity());
  }

  #anySide(): Side {
    return this.#random.chance(0.5) ? Side.Bid : Side.Ask;
  }

  /** Mostly small, sometimes nine times the typical. */
  #someQuantity(): number {
    const scale = 3 * this.#random.fraction();
    return (1 + Math.floor(this.#typicalSteps * scale * scale * this.#random.fraction())) * this.instrument.quantityStep;
  }
}
