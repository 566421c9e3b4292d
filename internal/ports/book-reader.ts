/**
 * A look at a live book. It shows the book as the process knows it now, which may be ahead of the event a slow handler is
 * working on; `sequence` says how far.
 */
export interface BookView {
  readonly provider: string;
  readonly symbol: string;
  /** empty, syncing, live, suspect or stale: only a live book equals the venue's. */
  readonly state: BookState;
  /** The venue sequence of the last update in it. */
  readonly sequence: number;
  readonly bidCount: number;
  readonly askCount: number;
  /** Level `depth` steps behind the best (0 is the best), null beyond the end. */
  bid(depth: number): BookLevel | null;
  ask(depth: number): BookLevel | null;
}

/** Decimal text, exact and without trailing zeros, as in the events' wire form. */
export interface BookLevel {
  readonly price: string;
  readonly quantity: string;
}

export const bookStates = ['empty', 'syncing', 'live', 'suspect', 'stale'] as const;
export type BookState = (typeof bookStates)[number];

export interface BookReader {
  /** Null when no such book is kept. */
  view(provider: string, symbol: string): BookView | null;
}
