import type { Stream } from '../../schemas/market/stream.ts';

/** Whom a book asks for a snapshot. The answer comes later, as a BookSnapshot event or as `snapshotFailed`. */
export interface SnapshotSource {
  /** Asking again for a stream that already waits changes nothing. */
  requestSnapshot(stream: Stream): void;
}
