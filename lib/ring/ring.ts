import { assert } from '../assert/assert.ts';

/**
 * A bounded first-in first-out queue. `Array.shift` on a long array moves every element; this moves none.
 *
 *        poll ◀── head ········ tail ◀── offer
 *                 └──── size ────┘   ≤ capacity
 */
export class Ring<T> {
  readonly capacity: number;
  readonly #mask: number;
  readonly #slots: (T | null)[];
  // Both only grow and the mask folds them into the array: head === tail is empty, without a spare slot.
  // `&` reads the low 32 bits of any safe integer, so they never overflow in practice (285 years at 1 M/s).
  #head = 0;
  #tail = 0;

  constructor(capacity: number) {
    assert(Number.isInteger(capacity), 'ring capacity must be a whole number');
    assert(capacity > 0 && capacity <= 2 ** 30, 'ring capacity must be in 1 .. 2^30');
    assert((capacity & (capacity - 1)) === 0, 'ring capacity must be a power of two');
    this.capacity = capacity;
    this.#mask = capacity - 1;
    this.#slots = new Array<T | null>(capacity).fill(null);
  }

  get size(): number {
    return this.#tail - this.#head;
  }

  /** False when full, so that a refusal is a branch and never an exception. */
  offer(item: T): boolean {
    if (this.#tail - this.#head === this.capacity) return false;
    this.#slots[this.#tail & this.#mask] = item;
    this.#tail += 1;
    return true;
  }

  /** The oldest item, taken out; null when empty. */
  poll(): T | null {
    if (this.#tail === this.#head) return null;
    const index = this.#head & this.#mask;
    const item = this.#slots[index]!;
    this.#slots[index] = null; // Let the collector have it.
    this.#head += 1;
    return item;
  }

  /** The oldest item, left where it is; null when empty. */
  peek(): T | null {
    if (this.#tail === this.#head) return null;
    return this.#slots[this.#head & this.#mask]!;
  }

  /** Forgets everything; nothing stays reachable through the ring. */
  clear(): void {
    this.#slots.fill(null);
    this.#head = 0;
    this.#tail = 0;
  }
}

/** The least ring capacity that holds `count` items. */
export function ringCapacity(count: number): number {
  return count <= 1 ? 1 : 2 ** (32 - Math.clz32(count - 1));
}
