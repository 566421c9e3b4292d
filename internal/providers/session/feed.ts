import type { AppError } from '../../../lib/errors/app-error.ts';
import type { Stream } from '../../../schemas/market/stream.ts';

/**
 * Where a provider's bytes come from: the venue itself (or its simulator), or a recording of it. The session hears the same
 * from both and knows no difference.
 */
export interface Feed {
  /**
   * Begins to deliver. Resolves when the instruments are known and connections are being made; a recording resolves when it
   * has been opened.
   *
   * @throws AppError when nothing can be delivered at all: RECORDING_MISSING, INSTRUMENTS_REFUSED, SYMBOL_UNKNOWN, HTTP_*
   */
  start(): Promise<void>;
  /** The answer comes through `onSnapshot` or `onSnapshotFailed`, at once or later. */
  requestSnapshot(stream: Stream): void;
  /** The venue answered a request made on one of the connections; `refusal` is '' when it accepted. */
  onReply(connection: number, requestId: number, refusal: string): void;
  /** The venue said that it will cut this connection soon. */
  onFarewell(connection: number): void;
  /** No frames until `resume`, but for the few that were already read. */
  pause(): void;
  resume(): void;
  /** Nothing is delivered after it resolves. Idempotent. */
  stop(): Promise<void>;
  readonly totals: FeedTotals;
}

export interface FeedTotals {
  /** Connections that were made again after a loss; planned renewals do not count. */
  readonly reconnects: number;
  /** Lives of connections that have begun. */
  readonly epochs: number;
  /** Names the venue refused to deliver on any connection. */
  readonly refusedSubscriptions: readonly string[];
}

export interface FeedListener {
  /** The instrument list, if there is one. */
  onInstruments(body: Buffer): void;
  /** Life number `epoch` of the connection that carries these streams (null: all of them) has begun. */
  onConnected(streams: readonly Stream[] | null, epoch: number): void;
  /** Every frame of these streams reaches us from now on. */
  onSubscribed(streams: readonly Stream[] | null): void;
  onDisconnected(streams: readonly Stream[] | null, reason: string): void;
  onFrame(frame: ReceivedFrame): void;
  /** False when there was no room for it: the answer still is the feed's, to give it again or to give it up. */
  onSnapshot(stream: Stream, body: Buffer, receivedTimeUs: number): boolean;
  onSnapshotFailed(stream: Stream, error: AppError): void;
  /** A stream the venue refused to deliver, by the venue's name for it; the others go on. */
  onSubscriptionRefused(stream: Stream, name: string, reason: string): void;
  /** Something readable as neither frame nor answer, such as a broken line of a recording. */
  onBroken(error: AppError, data: Buffer): void;
  /** A recording has been read to its end; `error` when it could not be read further. */
  onEnd(error: AppError | null): void;
}

/** One message as it came. The same object may be filled again for the next: nobody keeps it. */
export interface ReceivedFrame {
  connection: number;
  epoch: number;
  /** Wall clock, microseconds since 1970. */
  receivedTimeUs: number;
  /** The moment it reached this process on the monotonic clock, milliseconds with a fraction. */
  receivedMonotonicMs: number;
  data: Buffer;
  isBinary: boolean;
}
