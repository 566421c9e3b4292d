import type { Random } from '../../../lib/random/random.ts';

/**
 * Numbers the changes of books, in the two ways of the venue.
 *
 *   spot, us   each symbol counts for itself:        41 42 43 │ 7 8
 *   usdm       one count for the whole exchange:     41 43 46 │ 42 44 45, and symbols that are not listed count, too
 */
export class UpdateIds {
  readonly #random: Random;
  readonly #isShared: boolean;
  readonly #last: number[];
  #lastShared: number;

  constructor(symbolCount: number, isShared: boolean, random: Random) {
    this.#random = random;
    this.#isShared = isShared;
    this.#lastShared = 5_000_000_000_000 + random.uint32();
    this.#last = Array.from({ length: symbolCount }, () => (isShared ? this.#lastShared : 1_000_000_000 + random.uint32()));
  }

  /** The id of the last change in a symbol's book. */
  last(index: number): number {
    return this.#last[index]!;
  }

  next(index: number): number {
    if (this.#isShared) {
      this.#lastShared += this.#random.integer(1, 3);
      this.#last[index] = this.#lastShared;
    } else {
      this.#last[index]! += 1;
    }
    return this.#last[index]!;
  }
}
