import { assert } from '../../../lib/assert/assert.ts';
import type { Clock } from '../../../lib/clock/clock.ts';
import { AppError, codeOf, messageOf } from '../../../lib/errors/app-error.ts';
import type { Logger } from '../../../lib/log/logger.ts';
import type { Pool } from '../../../lib/pool/pool.ts';
import { Ring } from '../../../lib/ring/ring.ts';
import type { DecodeSummary } from '../../../lib/simdjson/counters.ts';
import { errors } from '../../../schemas/errors.ts';
import type { CanonicalEvent } from '../../../schemas/events/event.ts';
import type { InstrumentFacts } from '../../../schemas/market/instrument.ts';
import type { StreamTable } from '../../../schemas/market/stream-table.ts';
import type { Channel, Stream } from '../../../schemas/market/stream.ts';
import type { WsFrame } from '../../../schemas/market/ws-frame.ts';
import type { DeadLetters } from '../../ports/dead-letters.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { EventSource } from '../../ports/event-source.ts';
import type { BookKeeper } from '../../ports/book-keeper.ts';
import type { RawFrameTap } from '../../ports/raw-frames.ts';
import type { Feed, FeedListener, ReceivedFrame } from './feed.ts';
import { FrameLedger } from './frame-ledger.ts';
import { rehearse } from './rehearsal.ts';
import { SymbolBoard, type SymbolEntry, type Wanted } from './symbol-board.ts';
import { Outcome, type DecodeDesk, type Decoder, type Venue } from './venue.ts';

export interface SessionParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly streams: StreamTable;
  readonly frames: Pool<WsFrame>;
  readonly events: EventSource;
  readonly books: BookKeeper;
  /** Where trades, tickers and candles go; book events go through `books`. */
  readonly sink: EventSink;
  readonly deadLetters: DeadLetters;
  readonly tap: RawFrameTap;
  /** A recording has ended, or broke off with an error. */
  readonly onEnd: (error: AppError | null) => void;
}

/** Frames that may wait for the event pool: more than one chunk of the socket can hold. */
const STALLED_MAX = 4_096;
const STALLED_MS_MAX = 100;
const STOPPED = 'stopped while waiting';

/**
 * One provider: its feed's bytes become frames, its venue's decoder makes them events, and every frame is accounted for.
 *
 *   feed ─▶ WsFrame ─▶ decoder ─▶ event ─┬─ book events ─▶ book room
 *                                        └─ all others  ─▶ orchestrator
 *
 * When the event pool is dry the feed is paused, so that the venue's TCP window is the back-pressure; frames that were already
 * read wait here, each at most 100 ms, then they are refused and counted.
 */
export class ProviderSession implements FeedListener, DecodeDesk {
  readonly wanted: Wanted;
  readonly ledger = new FrameLedger();
  readonly #venue: Venue;
  readonly #parts: SessionParts;
  readonly #board: SymbolBoard;
  readonly #decoder: Decoder;
  readonly #stalled = new Ring<WsFrame>(STALLED_MAX);
  readonly #guesses: boolean;
  /** Grows with every frame and snapshot. */
  #traceId: number;
  #feed: Feed | null = null;
  #isStalled = false;
  #isStopped = false;
  /** The stream table had no room for a symbol of the recording. */
  #isFull = false;

  /** `index` tells providers apart in trace ids; `guesses` allows names that no list has (recordings). */
  constructor(wanted: Wanted, venue: Venue, index: number, guesses: boolean, parts: SessionParts) {
    this.wanted = wanted;
    this.#venue = venue;
    this.#parts = parts;
    this.#guesses = guesses;
    this.#traceId = index * 2 ** 42;
    this.#board = new SymbolBoard(wanted, parts.streams);
    this.#decoder = venue.decoder(this);
  }

  /** Joins the feed; before `start`. */
  attach(feed: Feed): void {
    this.#feed = feed;
    assert(rehearse(this.#venue), 'the venue does not take its own sample frames');
    if (this.#decoder.hasKernel) return;
    this.#parts.log.warn('this machine has no 128-bit vectors: frames are decoded slowly, and rightly', { provider: this.wanted.provider });
  }

  get feed(): Feed {
    assert(this.#feed !== null, 'the session has no feed');
    return this.#feed;
  }

  /** How frames and snapshots were decoded, and why some went the slow way; one that waits for the event pool is decoded again. */
  get decoding(): DecodeSummary {
    return this.#decoder.decoding;
  }

  /** Configured symbols that nothing has answered to. */
  get missingSymbols(): readonly string[] {
    return this.#board.missing;
  }

  /** The streams that were asked of this provider, as far as their instruments are known. */
  streams(): Stream[] {
    const streams: Stream[] = [];
    for (const { trade, ticker, book, kline } of this.#board.entries) {
      for (const stream of [trade, ticker, book, kline]) if (stream !== null) streams.push(stream);
    }
    return streams;
  }

  async stop(): Promise<void> {
    await this.feed.stop();
    this.#isStopped = true;
    for (let frame = this.#stalled.poll(); frame !== null; frame = this.#stalled.poll()) this.#refuse(frame, STOPPED);
  }

  // What the feed says.

  onInstruments(body: Buffer): void {
    for (const facts of this.#venue.readInstruments(body)) {
      // A recording has what it has; at the venue itself `*` means what is traded now.
      this.#add(facts, facts.isTrading || this.#guesses);
      if (facts.isTrading || this.#guesses || !this.#board.isNamed(facts)) continue;
      this.#parts.log.warn('the venue does not trade this symbol now', { provider: this.wanted.provider, symbol: facts.symbol });
    }
    const { missing } = this.#board;
    if (missing.length === 0) return;
    const facts = { provider: this.wanted.provider, symbols: missing.join(', ') };
    if (!this.#guesses && this.streams().length === 0) throw new AppError(errors.symbolUnknown, facts);
    this.#parts.log.error('the venue lists no such symbol; the others go on', facts);
  }

  onConnected(streams: readonly Stream[] | null, epoch: number): void {
    for (const stream of this.#bookStreams(streams)) this.#parts.books.connected(stream, epoch);
    this.#parts.log.info('connected', { provider: this.wanted.provider, epoch });
  }

  onSubscribed(streams: readonly Stream[] | null): void {
    for (const stream of this.#bookStreams(streams)) this.#parts.books.subscribed(stream);
  }

  onDisconnected(streams: readonly Stream[] | null, reason: string): void {
    for (const stream of this.#bookStreams(streams)) this.#parts.books.disconnected(stream, 'lost');
    this.#parts.log.warn('disconnected', { provider: this.wanted.provider, reason });
  }

  onSubscriptionRefused(stream: Stream, name: string, reason: string): void {
    if (stream.channel === 'book') this.#parts.books.disconnected(stream, 'refused');
    const error = new AppError(errors.subscriptionRefused, { provider: this.wanted.provider, name, reason });
    this.#parts.log.error(error.message, { code: error.code });
  }

  onFrame(received: ReceivedFrame): void {
    const ledger = this.ledger;
    ledger.frames += 1;
    ledger.bytes += received.data.length;
    this.#parts.tap.onFrame(this.wanted.provider, received.connection, received.receivedTimeUs, received.data, received.isBinary);
    if (received.isBinary) {
      this.#deadLetter('binary frame', 'this venue sends text', received.data);
      return;
    }
    const frame = this.#parts.frames.tryAcquire();
    if (frame === null) {
      this.#deadLetter('frame pool dry', 'more frames wait than the pool lends', received.data);
      return;
    }
    frame.connection = received.connection;
    frame.epoch = received.epoch;
    frame.receivedTimeUs = received.receivedTimeUs;
    frame.receivedMonotonicMs = received.receivedMonotonicMs;
    frame.traceId = this.#nextTraceId();
    frame.data = received.data;
    if (this.#isStalled || !this.#decode(frame)) this.#stall(frame);
  }

  onSnapshot(stream: Stream, body: Buffer, receivedTimeUs: number): boolean {
    const frame = this.#parts.frames.tryAcquire();
    if (frame === null) return false;
    frame.receivedTimeUs = receivedTimeUs;
    frame.receivedMonotonicMs = this.#parts.clock.monotonicMs();
    frame.traceId = this.#nextTraceId();
    frame.data = body;
    let outcome: Outcome;
    try {
      outcome = this.#decoder.decodeSnapshot(stream, frame);
    } finally {
      this.#parts.frames.release(frame);
    }
    if (outcome === Outcome.Dry) return false;
    if (outcome === Outcome.Bad) {
      this.ledger.decodeErrors += 1;
      this.ledger.badSnapshots += 1;
      this.#putAside('snapshot', this.#decoder.fault, body);
      this.#tellDrift();
      this.#parts.books.snapshotFailed(stream);
    }
    return true;
  }

  onSnapshotFailed(stream: Stream, error: AppError): void {
    this.#parts.log.warn('no snapshot', { provider: this.wanted.provider, symbol: stream.instrument.symbol, error: error.message });
    this.#parts.books.snapshotFailed(stream);
  }

  onBroken(error: AppError, data: Buffer): void {
    this.ledger.brokenRecords += 1;
    this.#putAside('recording line', error.message, data);
  }

  onEnd(error: AppError | null): void {
    if (this.missingSymbols.length > 0) {
      this.#parts.log.error('the recording has no such symbol', { provider: this.wanted.provider, symbols: this.missingSymbols.join(', ') });
    }
    this.#parts.onEnd(error);
  }

  // What the decoder asks.

  symbol(venueSymbol: string): SymbolEntry | undefined {
    const entry = this.#board.find(venueSymbol);
    if (entry !== undefined || !this.#guesses) return entry;
    return this.#add(this.#venue.guessInstrument(venueSymbol), true);
  }

  tryAcquire(channel: Channel): CanonicalEvent | null {
    return this.#parts.events.tryAcquire(channel);
  }

  release(event: CanonicalEvent): void {
    this.#parts.events.release(event);
  }

  emit(event: CanonicalEvent): void {
    if (event.stream.channel === 'book') this.#parts.books.accept(event);
    else this.#parts.sink.accept(event);
  }

  onReply(connection: number, requestId: number, refusal: string): void {
    this.feed.onReply(connection, requestId, refusal);
  }

  onFarewell(connection: number): void {
    this.#parts.log.info('the venue announces a cut', { provider: this.wanted.provider, connection });
    this.feed.onFarewell(connection);
  }

  // One frame, to its end.

  /** False when the event pool was dry; the frame is still the caller's then. */
  #decode(frame: WsFrame): boolean {
    let outcome: Outcome | null = null;
    try {
      outcome = this.#decoder.decode(frame);
      if (outcome === Outcome.Dry) return false;
      this.ledger.count(outcome);
      if (outcome === Outcome.Unknown) this.#unknown();
      else if (outcome === Outcome.Bad) this.#badFrame(frame);
      return true;
    } finally {
      // Also when something threw behind the decoder: the frame is ours.
      if (outcome !== Outcome.Dry) this.#parts.frames.release(frame);
    }
  }

  #badFrame(frame: WsFrame): void {
    this.#deadLetter('decode', this.#decoder.fault, frame.data);
    this.#tellDrift();
  }

  /** A key that vanished is the venue changing its schema, which is more than one bad frame. */
  #tellDrift(): void {
    const { drift } = this.#decoder;
    if (drift === '' || !this.ledger.countDrift(drift)) return;
    this.#parts.log.error('the schema drifts: a key has vanished', { provider: this.wanted.provider, key: drift });
  }

  #unknown(): void {
    const isFirst = this.ledger.countUnknown(this.#decoder.fault);
    if (isFirst) this.#parts.log.warn('unknown frame kind', { provider: this.wanted.provider, kind: this.#decoder.fault });
  }

  #stall(frame: WsFrame): void {
    if (!this.#stalled.offer(frame)) {
      this.#refuse(frame, 'more frames wait than may');
      return;
    }
    if (this.#isStalled) return;
    this.#isStalled = true;
    this.feed.pause();
    void this.#unstall();
  }

  /** Decodes what waits, in order, as events come back to the pool; each frame waits 100 ms from its receipt, not from its turn. */
  async #unstall(): Promise<void> {
    for (let frame = this.#stalled.poll(); frame !== null; frame = this.#stalled.poll()) {
      while (!this.#decode(frame)) {
        if (this.#parts.clock.monotonicMs() - frame.receivedMonotonicMs > STALLED_MS_MAX) {
          this.#refuse(frame, `waited longer than ${STALLED_MS_MAX} ms`);
          break;
        }
        try {
          await this.#parts.events.whenAvailable(this.#decoder.dryChannel);
        } catch (thrown) {
          this.#refuse(frame, `${codeOf(thrown)} ${messageOf(thrown)}`);
          break;
        }
        if (this.#isStopped) {
          this.#refuse(frame, STOPPED);
          return;
        }
      }
    }
    this.#isStalled = false;
    this.feed.resume();
  }

  #refuse(frame: WsFrame, detail: string): void {
    this.ledger.refused += 1;
    this.#deadLetter('event pool dry', detail, frame.data);
    this.#parts.frames.release(frame);
  }

  #deadLetter(reason: string, detail: string, data: Buffer): void {
    this.ledger.deadLettered += 1;
    this.#putAside(reason, detail, data);
  }

  #nextTraceId(): number {
    this.#traceId += 1;
    return this.#traceId;
  }

  #putAside(reason: string, detail: string, data: Buffer): void {
    this.#parts.deadLetters.put(reason, this.wanted.provider, detail, data);
  }

  /** Undefined where a recording names more symbols than the stream table holds: their frames are unknown ones, and the others go on. */
  #add(facts: InstrumentFacts, isInAll: boolean): SymbolEntry | undefined {
    let entry: SymbolEntry;
    try {
      entry = this.#board.add(facts, isInAll);
    } catch (thrown) {
      if (!this.#guesses || codeOf(thrown) !== errors.streamLimit.code) throw thrown;
      if (!this.#isFull) this.#parts.log.error(messageOf(thrown), { code: errors.streamLimit.code, provider: this.wanted.provider });
      this.#isFull = true;
      return undefined;
    }
    if (entry.book !== null) this.#parts.books.add(entry.book, this.#venue.rule, { depth: this.#venue.snapshotDepth, isRepeatable: !this.#guesses });
    return entry;
  }

  #bookStreams(streams: readonly Stream[] | null): readonly Stream[] {
    return (streams ?? this.streams()).filter((stream) => stream.channel === 'book');
  }
}
