import { isBook, type BookEvent, type CanonicalEvent } from '../../schemas/events/event.ts';
import type { BookSource } from '../ports/book-source.ts';
import { PendingBook } from './book-merge.ts';

/** One stream's place in the state lane: at most one event waits in it. */
class Slot {
  event: CanonicalEvent | null = null;
  /** Set instead of `event` while book levels are being merged. */
  book: PendingBook | null = null;
  /** More levels changed than are worth merging: the whole book is delivered instead. */
  isWholeBook = false;
  /** When the first event of what waits here came. */
  ordinal = 0;
  next: Slot | null = null;

  get isWaiting(): boolean {
    return this.event !== null || this.book !== null;
  }
}

/**
 * The lane of states: one slot per stream, a newer state takes the place of an older one, and pending book updates are merged.
 * Waiting slots are linked in the order their first event came; the lane is bounded by the number of streams.
 */
export class StateSlots {
  readonly #mergedLevelsMax: number;
  readonly #books: BookSource;
  readonly #slots: (Slot | undefined)[] = [];
  #head: Slot | null = null;
  #tail: Slot | null = null;
  #size = 0;
  displacedTotal = 0;

  /** `mergedLevelsMax`: levels a side that a slot merges before it delivers the whole book instead. */
  constructor(mergedLevelsMax: number, books: BookSource) {
    this.#mergedLevelsMax = mergedLevelsMax;
    this.#books = books;
  }

  get size(): number {
    return this.#size;
  }

  get headOrdinal(): number {
    return this.#head?.ordinal ?? Infinity;
  }

  push(event: CanonicalEvent, ordinal: number): void {
    const slot = (this.#slots[event.stream.id] ??= new Slot());
    if (!slot.isWaiting) {
      slot.event = event;
      slot.ordinal = ordinal;
      this.#link(slot);
      return;
    }
    this.displacedTotal += 1;
    if (isBook(event)) this.#mergeBook(slot, event);
    else slot.event = event;
  }

  poll(): CanonicalEvent | null {
    const slot = this.#head;
    if (slot === null) return null;
    this.#head = slot.next;
    if (this.#head === null) this.#tail = null;
    slot.next = null;
    this.#size -= 1;
    const event = slot.book === null ? slot.event! : this.#settle(slot, slot.book);
    slot.event = null;
    slot.book = null;
    slot.isWholeBook = false;
    return event;
  }

  /** Forgets what waits and returns how many that were. */
  clear(): number {
    const count = this.#size;
    while (this.#head !== null) this.poll();
    return count;
  }

  #mergeBook(slot: Slot, newer: BookEvent): void {
    slot.book ??= new PendingBook(slot.event as BookEvent);
    slot.event = null;
    slot.book.merge(newer);
    if (slot.book.depth <= this.#mergedLevelsMax) return;
    slot.isWholeBook = true;
    newer.payload.reset();
    slot.book = new PendingBook(newer);
  }

  #settle(slot: Slot, book: PendingBook): CanonicalEvent {
    const event = book.take();
    // Where the book is not live there is nothing whole to give; the event's quality says so.
    if (slot.isWholeBook) this.#books.writeBook(event);
    return event;
  }

  #link(slot: Slot): void {
    if (this.#tail === null) this.#head = slot;
    else this.#tail.next = slot;
    this.#tail = slot;
    this.#size += 1;
  }
}
