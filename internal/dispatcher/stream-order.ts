import { assert } from '../../lib/assert/assert.ts';
import { EventType, type CanonicalEvent } from '../../schemas/events/event.ts';
import type { Stream } from '../../schemas/market/stream.ts';

/** What became of an event that was offered, as a small integer. */
export const Arrival = {
  /** It is next: emit it now. */
  Next: 0,
  /** Something before it is missing: it waits. */
  Held: 1,
  /** Seen before, or overtaken: drop it. */
  Duplicate: 2,
  Late: 3,
} as const;
export type Arrival = (typeof Arrival)[keyof typeof Arrival];

const NOTHING_YET = -1;

/**
 * Puts one stream's events in the venue's order.
 *
 *   last emitted 7 │ 8 next │ 9 next │ 12 held … 10 next, 11 next, then 12 │ 9 duplicate
 *
 * It decides and remembers; the dispatcher emits, because emitting is fan-out. What was emitted last outlives an empty buffer,
 * otherwise every event would wait for a predecessor that is long gone.
 */
export class StreamOrder {
  readonly stream: Stream;
  epoch = 0;
  /** Venue sequence emitted last; -1 before the first. */
  #last = NOTHING_YET;
  /** Waiting for what is missing, lowest sequence first. */
  readonly #held: CanonicalEvent[] = [];

  inTotal = 0;
  outTotal = 0;
  duplicates = 0;
  late = 0;
  gaps = 0;

  constructor(stream: Stream) {
    this.stream = stream;
  }

  get heldCount(): number {
    return this.#held.length;
  }

  /** Where an event belongs. Held ones are kept here; the caller deals with the rest. */
  arrive(event: CanonicalEvent): Arrival {
    if (event.sequenceLast === 0 || event.type === EventType.BookSnapshot || this.#last === NOTHING_YET) return Arrival.Next;
    if (event.sequenceLast <= this.#last) return event.sequenceLast === this.#last ? Arrival.Duplicate : Arrival.Late;
    if (event.sequencePrevious <= this.#last) return Arrival.Next;
    return this.#hold(event);
  }

  /** The event is going out now: from here on it is the last one. */
  emitted(event: CanonicalEvent): void {
    if (event.sequenceLast !== 0) {
      if (this.#last !== NOTHING_YET && event.sequencePrevious > this.#last) {
        event.gapBefore = true;
        this.gaps += 1;
      }
      this.#last = event.sequenceLast;
    }
    this.outTotal += 1;
    event.sequence = this.outTotal;
  }

  /** A new life of the connection: numbers may start anywhere. */
  begin(epoch: number): void {
    assert(this.#held.length === 0, 'events of the former epoch must be flushed first');
    this.epoch = epoch;
    this.#last = NOTHING_YET;
  }

  /** The lowest held event if it is next in line, else null. What turned out to be seen already goes to `discard`. */
  pollNext(discard: (event: CanonicalEvent) => void): CanonicalEvent | null {
    while (this.#held.length > 0) {
      const lowest = this.#held[0]!;
      if (lowest.sequenceLast <= this.#last) {
        this.#held.shift();
        this.duplicates += 1;
        discard(lowest);
      } else if (lowest.sequencePrevious <= this.#last) {
        this.#held.shift();
        return lowest;
      } else {
        return null;
      }
    }
    return null;
  }

  /** The lowest held event, next in line or not. */
  pollLowest(): CanonicalEvent | null {
    return this.#held.shift() ?? null;
  }

  /** How many held events, from the lowest, must go out because one among them has waited since before `limitMs`. */
  overdueCount(limitMs: number): number {
    for (let i = this.#held.length - 1; i >= 0; i -= 1) {
      if (this.#held[i]!.receivedMonotonicMs <= limitMs) return i + 1;
    }
    return 0;
  }

  #hold(event: CanonicalEvent): Arrival {
    let index = this.#held.length;
    while (index > 0 && this.#held[index - 1]!.sequenceLast > event.sequenceLast) index -= 1;
    if (index > 0 && this.#held[index - 1]!.sequenceLast === event.sequenceLast) return Arrival.Duplicate;
    this.#held.splice(index, 0, event);
    return Arrival.Held;
  }
}
