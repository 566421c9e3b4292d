import { assert } from '../../lib/assert/assert.ts';
import { Ring } from '../../lib/ring/ring.ts';
import type { CanonicalEvent } from '../../schemas/events/event.ts';
import type { BookSource } from '../ports/book-source.ts';
import type { Letters } from '../ports/letters.ts';
import type { Subscriber } from '../ports/subscriber.ts';
import { Lane, laneOfType } from './lanes.ts';
import { StateLane } from './state-lane.ts';
import { Tape } from './tape.ts';

export interface MailboxOptions {
  /** Trades that may wait; a power of two. 16,384 keeps GC pauses of unpooled copies below 2 ms, 150,000 does not. */
  readonly tapeMax: number;
  /** States that may wait one by one before a slow consumer gets only the newest of each stream. */
  readonly stateBurstMax: number;
  /** Execution reports and acknowledgements that may wait before new orders are refused; a power of two. */
  readonly executionMax: number;
  /** Book levels a side that are merged before a slow consumer gets the whole book instead. */
  readonly mergedLevelsMax: number;
}

/**
 * What waits for one consumer: three lanes with three ways of giving way (lanes.ts), handed out in one order of arrival,
 * execution before everything.
 */
export class Mailbox implements Subscriber, Letters {
  readonly id: string;
  readonly #execution: Ring<CanonicalEvent>;
  readonly #tape: Tape;
  readonly #states: StateLane;
  #arrivals = 0;
  #wake: (() => void) | null = null;
  #isClosed = false;
  offeredTotal = 0;
  takenTotal = 0;
  /** Offered after `close`, or waiting when it came. */
  discardedTotal = 0;

  constructor(id: string, options: MailboxOptions, books: BookSource) {
    this.id = id;
    this.#execution = new Ring(options.executionMax);
    this.#tape = new Tape(options.tapeMax);
    this.#states = new StateLane({ burstMax: options.stateBurstMax, mergedLevelsMax: options.mergedLevelsMax }, books);
  }

  get size(): number {
    return this.#execution.size + this.#tape.size + this.#states.size;
  }

  /** States replaced by, or merged with, a newer one before the consumer took them. */
  get displacedTotal(): number {
    return this.#states.displacedTotal;
  }

  /** Events lost to the bound of the tape, or offered to a closed mailbox. */
  get droppedTotal(): number {
    return this.#tape.droppedTotal + this.discardedTotal;
  }

  onMail(wake: () => void): void {
    this.#wake = wake;
  }

  offer(copy: CanonicalEvent): void {
    this.offeredTotal += 1;
    if (this.#isClosed) {
      this.discardedTotal += 1;
      return;
    }
    const wasEmpty = this.size === 0;
    this.#arrivals += 1;
    if (laneOfType[copy.type] === Lane.Tape) this.#tape.push(copy, this.#arrivals);
    else this.#states.push(copy, this.#arrivals);
    if (wasEmpty && this.#wake !== null) this.#wake();
  }

  /** For what must not be lost. False means full: the caller refuses new orders until it drains. */
  offerExecution(copy: CanonicalEvent): boolean {
    const wasEmpty = this.size === 0;
    if (!this.#execution.offer(copy)) return false;
    this.offeredTotal += 1;
    if (wasEmpty && this.#wake !== null) this.#wake();
    return true;
  }

  take(): CanonicalEvent | null {
    const event = this.#execution.poll() ?? this.#takeMarket();
    if (event !== null) this.takenTotal += 1;
    return event;
  }

  /** A suspended consumer keeps nothing but its execution reports. */
  close(): void {
    assert(!this.#isClosed, 'a mailbox is closed once');
    this.#isClosed = true;
    this.discardedTotal += this.#tape.clear() + this.#states.clear();
  }

  #takeMarket(): CanonicalEvent | null {
    return this.#tape.headOrdinal < this.#states.headOrdinal ? this.#tape.poll() : this.#states.poll();
  }
}
