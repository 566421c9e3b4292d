import type { Stream } from '../../schemas/market/stream.ts';
import type { BookRule } from './book-rule.ts';
import type { EventSink } from './event-sink.ts';

/** What may be expected of the snapshots of one book. */
export interface SnapshotTerms {
  /** Levels a side that are asked for: a side with fewer is the whole side. */
  readonly depth: number;
  /** Whether another one can be had at any time; a recording has only those that were recorded. */
  readonly isRepeatable: boolean;
}

/** The book room, as a provider sees it: book events go in, and word of what happens to their connection. */
export interface BookKeeper extends EventSink {
  /** Keeps a book for a stream from now on. Idempotent. */
  add(stream: Stream, rule: BookRule, terms: SnapshotTerms): void;
  /** A new life of the stream's connection has begun; its events carry this epoch. */
  connected(stream: Stream, epoch: number): void;
  /** Every update reaches us from now on. */
  subscribed(stream: Stream): void;
  /** Nothing comes until `connected`: the connection is lost, or the venue refused to deliver this stream over it. */
  disconnected(stream: Stream, cause: 'lost' | 'refused'): void;
  /** The snapshot that was asked for did not come. */
  snapshotFailed(stream: Stream): void;
}
