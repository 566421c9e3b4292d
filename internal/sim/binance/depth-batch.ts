import { Side } from '../../../lib/ladder/ladder.ts';
import type { BookEvent } from '../../../schemas/events/event.ts';
import type { LimitBook } from '../limit-book.ts';
import type { Topic } from './topics.ts';

/**
 * One diff stream of one symbol: collects which prices changed, and says their quantities when its period is over.
 *
 *   changes 161 162 163 ──▶ │ U=161 … u=163 │ ──▶ 164 …       usdm: pu = u of the diff before, on this very stream
 *
 * It also runs while nobody listens: ids must not depend on who does.
 */
export class DepthBatch {
  readonly topic: Topic;
  readonly periodMs: number;
  readonly #bids = new Set<number>();
  readonly #asks = new Set<number>();
  #firstId = 0;
  #previousLastId: number;
  #dueMs: number;

  constructor(topic: Topic, periodMs: number, lastId: number, firstDueMs: number) {
    this.topic = topic;
    this.periodMs = periodMs;
    this.#previousLastId = lastId;
    this.#dueMs = firstDueMs;
  }

  get isEmpty(): boolean {
    return this.#bids.size + this.#asks.size === 0;
  }

  /** True once per period; a beat that came late does not make up for the periods it missed. */
  isDue(nowMs: number): boolean {
    if (nowMs < this.#dueMs) return false;
    this.#dueMs = nextDueMs(this.#dueMs, this.periodMs, nowMs);
    return true;
  }

  add(id: number, side: Side, price: number): void {
    if (this.isEmpty) this.#firstId = id;
    (side === Side.Bid ? this.#bids : this.#asks).add(price);
  }

  /** Writes the batch into `event` with the quantities of this moment. */
  write(event: BookEvent, book: LimitBook, lastId: number): void {
    event.payload.reset();
    for (const price of this.#bids) event.payload.pushBid(price, book.bids.quantityOf(price));
    for (const price of this.#asks) event.payload.pushAsk(price, book.asks.quantityOf(price));
    event.sequenceFirst = this.#firstId;
    event.sequenceLast = lastId;
    event.sequencePrevious = this.#previousLastId;
  }

  /** Starts the next batch. */
  clear(lastId: number): void {
    this.#bids.clear();
    this.#asks.clear();
    this.#previousLastId = lastId;
  }
}

/** One period after the last due time; one after now when that has passed, too. */
export function nextDueMs(dueMs: number, periodMs: number, nowMs: number): number {
  const nextMs = dueMs + periodMs;
  return nextMs > nowMs ? nextMs : nowMs + periodMs;
}
