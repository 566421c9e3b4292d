import { Ring, ringCapacity } from '../../lib/ring/ring.ts';
import { isBook, Quality, type BookEvent, type CanonicalEvent } from '../../schemas/events/event.ts';
import type { BookSource } from '../ports/book-source.ts';
import { PendingBook } from './book-merge.ts';

/** One waiting state, or several of one stream that have become one. */
class Entry {
  /** What waits; for a merged book its newest part. */
  event: CanonicalEvent;
  /** Set while book levels are being merged. */
  book: PendingBook | null = null;
  /** More levels changed than are worth merging, or their numbers do not fit together: the whole book is delivered instead. */
  isWholeBook = false;
  /** When the first event in it came. */
  readonly ordinal: number;
  next: Entry | null = null;

  constructor(event: CanonicalEvent, ordinal: number) {
    this.event = event;
    this.ordinal = ordinal;
  }
}

export interface StateLaneOptions {
  /** States that may wait one by one; one more and the lane holds one per stream until it is empty again. */
  readonly burstMax: number;
  /** Book levels a side that are merged before the whole book is delivered instead. */
  readonly mergedLevelsMax: number;
}

/**
 * The lane of states: ticker, book, kline.
 *
 *   keeping up   e e e e e …        in order, every one            until `burstMax` wait
 *   behind       one per stream     the newer displaces the older  until it is empty
 *
 * A socket hands out a chunk of many frames at once, so a few states of one stream wait for a moment even where the consumer keeps
 * up: those are all delivered. A consumer that falls behind gets what is true now, not what was: pending book updates are merged
 * level by level, everything else is replaced. Bounded by `burstMax`, or by the number of streams.
 */
export class StateLane {
  readonly #options: StateLaneOptions;
  readonly #books: BookSource;
  /** The waiting entry of each stream by its id; filled only while the lane is behind. */
  readonly #latest: (Entry | null)[] = [];
  /** What waits one by one while the consumer keeps up, and when each came. */
  readonly #events: Ring<CanonicalEvent>;
  readonly #ordinals: Ring<number>;
  /** What waits while it is behind. */
  #head: Entry | null = null;
  #tail: Entry | null = null;
  #size = 0;
  #isBehind = false;
  displacedTotal = 0;

  constructor(options: StateLaneOptions, books: BookSource) {
    this.#options = options;
    this.#books = books;
    const capacity = ringCapacity(options.burstMax);
    this.#events = new Ring(capacity);
    this.#ordinals = new Ring(capacity);
  }

  get size(): number {
    return this.#isBehind ? this.#size : this.#events.size;
  }

  /** True from the moment more than `burstMax` waited until the lane is empty. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** The arrival ordinal of the event `poll` would give; Infinity when there is none. */
  get headOrdinal(): number {
    return (this.#isBehind ? this.#head?.ordinal : this.#ordinals.peek()) ?? Infinity;
  }

  push(event: CanonicalEvent, ordinal: number): void {
    if (!this.#isBehind && this.#events.size === this.#options.burstMax) this.#fallBehind();
    if (this.#isBehind) {
      this.#pushLatest(event, ordinal);
    } else {
      this.#events.offer(event);
      this.#ordinals.offer(ordinal);
    }
  }

  poll(): CanonicalEvent | null {
    if (this.#isBehind) return this.#pollLatest();
    this.#ordinals.poll();
    return this.#events.poll();
  }

  /** Forgets what waits and returns how many that were. */
  clear(): number {
    const count = this.size;
    while (this.poll() !== null);
    return count;
  }

  #pollLatest(): CanonicalEvent | null {
    const entry = this.#head;
    if (entry === null) return null;
    this.#head = entry.next;
    if (this.#head === null) this.#tail = null;
    this.#size -= 1;
    this.#latest[entry.event.stream.id] = null;
    if (this.#size === 0) this.#isBehind = false;
    if (entry.book === null) return entry.event;
    const event = entry.book.take();
    // Where there is nothing whole to give, the event must say so: its levels are gone.
    if (entry.isWholeBook && !this.#books.writeBook(event) && event.quality === Quality.Live) event.quality = Quality.Suspect;
    return event;
  }

  /** Everything that waits becomes one entry per stream, each at the place of its first event. */
  #fallBehind(): void {
    this.#isBehind = true;
    for (let event = this.#events.poll(); event !== null; event = this.#events.poll()) this.#pushLatest(event, this.#ordinals.poll()!);
  }

  #pushLatest(event: CanonicalEvent, ordinal: number): void {
    const latest = this.#latest[event.stream.id] ?? null;
    if (latest === null) {
      const entry = new Entry(event, ordinal);
      this.#latest[event.stream.id] = entry;
      this.#append(entry);
      return;
    }
    this.displacedTotal += 1;
    if (isBook(event)) this.#mergeBook(latest, event);
    else event.gapBefore ||= latest.event.gapBefore;
    latest.event = event;
  }

  #mergeBook(entry: Entry, newer: BookEvent): void {
    entry.book ??= new PendingBook(entry.event as BookEvent);
    if (entry.book.merge(newer) && entry.book.depth <= this.#options.mergedLevelsMax) return;
    entry.isWholeBook = true;
    newer.payload.reset();
    entry.book = new PendingBook(newer);
  }

  #append(entry: Entry): void {
    if (this.#tail === null) this.#head = entry;
    else this.#tail.next = entry;
    this.#tail = entry;
    this.#size += 1;
  }
}
