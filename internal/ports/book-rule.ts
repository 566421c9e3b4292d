import type { BookEvent } from '../../schemas/events/event.ts';

/** Where an update stands relative to a book, as a small integer. */
export const Verdict = {
  /** It continues the book. */
  Apply: 0,
  /** The book already holds it. */
  Old: 1,
  /** Something between the book and it is missing. */
  Gap: 2,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** How one venue's updates join a snapshot and one another: all that the assembler does not know itself. */
export interface BookRule {
  /** The first update after a snapshot whose id is `last`. */
  first(update: BookEvent, last: number): Verdict;
  /** Any later update; `last` is the id of the update applied before. */
  next(update: BookEvent, last: number): Verdict;
}
