import { Side } from '../../lib/ladder/ladder.ts';
import type { BookEvent } from '../../schemas/events/event.ts';
import { Verdict, type BookRule } from '../ports/book-rule.ts';
import { Book } from './book.ts';

/** What comparing a live book with a fresh snapshot has shown so far. */
export const RefreshOutcome = { Pending: 0, Equal: 1, Different: 2, Inconclusive: 3 } as const;
export type RefreshOutcome = (typeof RefreshOutcome)[keyof typeof RefreshOutcome];

/** Levels a side that are compared: enough to see any loss near the market, and always inside the snapshot's depth. */
const COMPARED_DEPTH = 100;

/**
 * A book auditing itself. A snapshot is older or newer than the live book by the time it arrives, so it is not compared as it
 * is: the updates that came since the question are kept, put on the snapshot by the venue's own rule, and the two are compared
 * at the moment when both hold exactly the same last update.
 *
 *   asked ──update──update──snapshot──update──▶   snapshot + updates = shadow,  shadow.last === live.last ? compare
 */
export class BookRefresh {
  readonly #rule: BookRule;
  readonly #bufferMax: number;
  readonly #depth: number;
  #buffer: BookEvent[] = [];
  #shadow: Book | null = null;
  #isBridged = false;
  /** The snapshot has fewer levels than were asked for: the side ends where it ends. */
  #hasAllBids = false;
  #hasAllAsks = false;
  #outcome: RefreshOutcome = RefreshOutcome.Pending;

  /** `depth`: levels a side that are asked for. */
  constructor(rule: BookRule, bufferMax: number, depth: number) {
    this.#rule = rule;
    this.#bufferMax = bufferMax;
    this.#depth = depth;
  }

  /** The live book has just applied `update`. */
  followed(update: BookEvent, live: Book): RefreshOutcome {
    if (this.#shadow !== null) return this.#advance(update, live);
    if (this.#buffer.length === this.#bufferMax) return this.#settle(RefreshOutcome.Inconclusive);
    this.#buffer.push(update.clone());
    return this.#outcome;
  }

  /** The snapshot that was asked for is here. */
  arrived(snapshot: BookEvent, live: Book): RefreshOutcome {
    const shadow = new Book();
    if (!shadow.load(snapshot)) return this.#settle(RefreshOutcome.Inconclusive);
    this.#shadow = shadow;
    this.#hasAllBids = snapshot.payload.bidCount < this.#depth;
    this.#hasAllAsks = snapshot.payload.askCount < this.#depth;
    for (const update of this.#buffer) {
      if (this.#advance(update, live) !== RefreshOutcome.Pending) break;
    }
    this.#buffer = [];
    if (this.#outcome === RefreshOutcome.Pending && shadow.last === live.last) return this.#compare(live, shadow);
    return this.#outcome;
  }

  #advance(update: BookEvent, live: Book): RefreshOutcome {
    const shadow = this.#shadow!;
    const verdict = this.#isBridged ? this.#rule.next(update, shadow.last) : this.#rule.first(update, shadow.last);
    if (verdict === Verdict.Old) return this.#outcome;
    if (verdict === Verdict.Gap || !shadow.apply(update)) return this.#settle(RefreshOutcome.Inconclusive);
    this.#isBridged = true;
    return shadow.last === live.last ? this.#compare(live, shadow) : this.#outcome;
  }

  #compare(live: Book, shadow: Book): RefreshOutcome {
    const isEqual = isSideEqual(Side.Bid, live, shadow, this.#hasAllBids) && isSideEqual(Side.Ask, live, shadow, this.#hasAllAsks);
    return this.#settle(isEqual ? RefreshOutcome.Equal : RefreshOutcome.Different);
  }

  #settle(outcome: RefreshOutcome): RefreshOutcome {
    this.#outcome = outcome;
    return outcome;
  }
}

function isSideEqual(side: Side, live: Book, shadow: Book, isWhole: boolean): boolean {
  for (let depth = 0; depth < COMPARED_DEPTH; depth += 1) {
    const kept = live.level(side, depth);
    const fresh = shadow.level(side, depth);
    if (fresh === null) return kept === null || !isWhole; // Behind the end of a cut-off snapshot the live book may know more.
    if (kept === null || kept.price !== fresh.price || kept.quantity !== fresh.quantity) return false;
  }
  return true;
}
