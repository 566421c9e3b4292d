import type { Stream } from '../../schemas/market/stream.ts';
import type { BookRule } from './book-rule.ts';
import type { EventSink } from './event-sink.ts';

/** The book room, as a provider sees it: book events go in, and word of what happens to their connection. */
export interface BookKeeper extends EventSink {
  /** Keeps a book for a stream from now on. Idempotent. */
  add(stream: Stream, rule: BookRule): void;
  /** A new life of the stream's connection has begun; its events carry this epoch. */
  connected(stream: Stream, epoch: number): void;
  /** Every update reaches us from now on. */
  subscribed(stream: Stream): void;
  /** Nothing comes until `connected`. */
  disconnected(stream: Stream): void;
  /** The snapshot that was asked for did not come. */
  snapshotFailed(stream: Stream): void;
}
