import type { BookEvent, Quality } from '../../schemas/events/event.ts';
import { Quality as QualityOf } from '../../schemas/events/event.ts';
import type { Stream } from '../../schemas/market/stream.ts';
import type { BookState } from '../ports/book-reader.ts';
import type { SnapshotTerms } from '../ports/book-keeper.ts';
import type { BookRule } from '../ports/book-rule.ts';
import type { BboDigest } from './bbo-digest.ts';
import { Book } from './book.ts';
import type { BookRefresh } from './refresh.ts';

/** How far a book in each state can be trusted, as its events say it. */
export const qualityOfState: Readonly<Record<BookState, Quality>> = {
  empty: QualityOf.Syncing,
  syncing: QualityOf.Syncing,
  live: QualityOf.Live,
  suspect: QualityOf.Suspect,
  stale: QualityOf.Stale,
};

/** One book with where it stands and what happened to it. The assembler moves it; reports and metrics read it. */
export class KeptBook {
  readonly stream: Stream;
  readonly rule: BookRule;
  readonly terms: SnapshotTerms;
  readonly book = new Book();
  readonly digest: BboDigest | null;
  state: BookState = 'empty';
  /** An update has been applied since the snapshot: from now on the rule for following updates holds. */
  isBridged = false;
  /** Updates that wait for a snapshot, oldest first. */
  waiting: BookEvent[] = [];
  /** The next snapshot that goes out comes after a loss. */
  isAfterGap = false;
  epoch = 0;
  /** Nothing comes until the next connection: the present one is lost, or does not carry the stream. */
  isCut = false;
  /** Every update reaches us: a snapshot can be joined although none waits. */
  isSubscribed = false;
  /** When it was last known to be right: by an update, or by a fresh snapshot that equals it. */
  lastUpdateMs = 0;
  /** Since when its best bid is at or above its best ask, monotonic; -1 while it is not. */
  crossedSinceMs = -1;
  refresh: BookRefresh | null = null;
  nextRefreshMs = 0;

  snapshots = 0;
  updates = 0;
  /** Venue sequence of the first snapshot. */
  sequenceFirst = 0;
  gaps = 0;
  /** Updates after which the book was crossed. */
  crossed = 0;
  /** Updates that were applied and not passed on, because what they end at had gone out with the snapshot. */
  repeats = 0;
  /** Updates that the book already held. */
  oldUpdates = 0;
  /** Updates of a connection that was already lost. */
  lateUpdates = 0;
  /** Snapshots older than the first waiting update, taken before the subscription, or that nobody had asked for. */
  unusedSnapshots = 0;
  waitingOverflows = 0;
  checksumPass = 0;
  checksumFail = 0;
  refreshEqual = 0;
  refreshDifferent = 0;
  refreshInconclusive = 0;
  readonly moves: Record<BookState, number> = { empty: 0, syncing: 0, live: 0, suspect: 0, stale: 0 };

  constructor(stream: Stream, rule: BookRule, terms: SnapshotTerms, digest: BboDigest | null) {
    this.stream = stream;
    this.rule = rule;
    this.terms = terms;
    this.digest = digest;
  }
}
