import { Ring } from '../../lib/ring/ring.ts';
import type { CanonicalEvent } from '../../schemas/events/event.ts';

/**
 * The lane of trades: first in, first out, the oldest dropped when it is full. The next event delivered after a loss says how
 * many are missing. Each event keeps the ordinal of its arrival, so that the mailbox can hand out all lanes in one order.
 */
export class Tape {
  readonly #events: Ring<CanonicalEvent>;
  readonly #ordinals: Ring<number>;
  /** Streams whose word of a gap was dropped: their next event carries it. */
  readonly #gapStreams = new Set<number>();
  #droppedSinceTake = 0;
  droppedTotal = 0;

  /** `capacity` is a power of two. */
  constructor(capacity: number) {
    this.#events = new Ring(capacity);
    this.#ordinals = new Ring(capacity);
  }

  get size(): number {
    return this.#events.size;
  }

  /** The arrival ordinal of the event `poll` would give; Infinity when there is none. */
  get headOrdinal(): number {
    return this.#ordinals.peek() ?? Infinity;
  }

  push(event: CanonicalEvent, ordinal: number): void {
    if (!this.#events.offer(event)) {
      const dropped = this.#events.poll()!;
      this.#ordinals.poll();
      if (dropped.gapBefore) this.#gapStreams.add(dropped.stream.id);
      this.#droppedSinceTake += 1;
      this.droppedTotal += 1;
      this.#events.offer(event);
    }
    this.#ordinals.offer(ordinal);
  }

  poll(): CanonicalEvent | null {
    const event = this.#events.poll();
    if (event === null) return null;
    this.#ordinals.poll();
    if (this.#gapStreams.size > 0 && this.#gapStreams.delete(event.stream.id)) event.gapBefore = true;
    event.dropped = this.#droppedSinceTake;
    this.#droppedSinceTake = 0;
    return event;
  }

  /** Forgets what waits and returns how many that were. */
  clear(): number {
    const count = this.#events.size;
    this.#events.clear();
    this.#ordinals.clear();
    return count;
  }
}
