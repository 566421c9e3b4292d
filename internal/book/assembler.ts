import { assert } from '../../lib/assert/assert.ts';
import type { Clock, Timer } from '../../lib/clock/clock.ts';
import type { Logger } from '../../lib/log/logger.ts';
import { EventType, isBook, type BookEvent, type CanonicalEvent } from '../../schemas/events/event.ts';
import type { Stream } from '../../schemas/market/stream.ts';
import type { BookKeeper, SnapshotTerms } from '../ports/book-keeper.ts';
import type { BookState } from '../ports/book-reader.ts';
import type { BookSource } from '../ports/book-source.ts';
import { Verdict, type BookRule } from '../ports/book-rule.ts';
import type { EventSink } from '../ports/event-sink.ts';
import type { EventSource } from '../ports/event-source.ts';
import type { SnapshotSource } from '../ports/snapshot-source.ts';
import { BboDigest } from './bbo-digest.ts';
import { KeptBook, qualityOfState } from './kept-book.ts';
import { BookRefresh, RefreshOutcome } from './refresh.ts';

export interface AssemblerOptions {
  /** Updates that may wait for a snapshot, per book; one more starts the sync again. */
  readonly waitingMax: number;
  /** A live book without an update for this long is STALE. */
  readonly staleAfterMs: number;
  /** How often a live book is compared with a fresh snapshot; 0 never. */
  readonly refreshMs: number;
  /** Keep a digest of every best bid and ask a book has shown. */
  readonly audits: boolean;
}

/** How often ages and refreshes are looked at. */
const WATCH_PERIOD_MS = 1_000;
/** No healthy book is crossed for longer: something was lost that no number told. */
const CROSSED_MS_MAX = 1_000;

/**
 * Snapshots and updates in, honest books out. The same for every venue; what differs is the venue's BookRule.
 *
 *   EMPTY ─▶ SYNCING ─▶ LIVE ─▶ SUSPECT (gap)  ─▶ LIVE again through a snapshot
 *                        │  ◀──▶ STALE (age): back by an update, or by a fresh snapshot that equals it
 *                        └─────▶ STALE (connection lost) ─▶ SYNCING on the next one
 *
 * Updates that arrive while a snapshot is on its way wait, and are replayed by the rule; the one that revealed a gap is among
 * them. Consumers see a snapshot event whenever a book becomes LIVE, then updates that follow it without a hole. The moment a
 * book stops being LIVE, an update without levels says so (`quality`), and nothing more goes out until it is LIVE again.
 */
export class BookAssembler implements BookKeeper, BookSource {
  readonly #options: AssemblerOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #events: EventSource;
  readonly #sink: EventSink;
  readonly #byStream: (KeptBook | undefined)[] = [];
  readonly #books: KeptBook[] = [];
  #snapshots: SnapshotSource | null = null;
  #watch: Timer | null = null;

  constructor(options: AssemblerOptions, clock: Clock, log: Logger, events: EventSource, sink: EventSink) {
    this.#options = options;
    this.#clock = clock;
    this.#log = log;
    this.#events = events;
    this.#sink = sink;
  }

  /** Every book that is kept, in the order they were added. */
  get books(): readonly KeptBook[] {
    return this.#books;
  }

  /** Begins to watch ages and refreshes; `stop` ends it. */
  start(snapshots: SnapshotSource): void {
    this.#snapshots = snapshots;
    this.#watch = this.#clock.every(WATCH_PERIOD_MS, () => this.#look());
  }

  stop(): void {
    this.#watch?.cancel();
    this.#watch = null;
  }

  /** Keeps a book for a stream. Idempotent, because a recording names its instruments as it goes. */
  add(stream: Stream, rule: BookRule, terms: SnapshotTerms): void {
    assert(stream.channel === 'book', 'only a book stream has a book');
    if (this.#byStream[stream.id] !== undefined) return;
    const kept = new KeptBook(stream, rule, terms, this.#options.audits ? new BboDigest() : null);
    this.#byStream[stream.id] = kept;
    this.#books.push(kept);
  }

  /** Life number `epoch` of the stream's connection has begun: what it sends from now on belongs together. */
  connected(stream: Stream, epoch: number): void {
    const kept = this.#keptOf(stream);
    if (kept.state === 'empty') this.#move(kept, 'syncing', 'connected');
    else this.#leave(kept, 'syncing', 'connected');
    kept.epoch = epoch;
    kept.isCut = false;
    kept.isSubscribed = false;
    kept.waiting = [];
  }

  /** Every update reaches us now, so a snapshot taken from here on can be joined, also for a market without a change. */
  subscribed(stream: Stream): void {
    const kept = this.#keptOf(stream);
    kept.isSubscribed = true;
    if (kept.state === 'syncing') this.#ask(kept);
  }

  /** Nothing will come for this stream until `connected`; a refused one has no book at all. */
  disconnected(stream: Stream, cause: 'lost' | 'refused'): void {
    const kept = this.#keptOf(stream);
    kept.isCut = true;
    kept.isSubscribed = false;
    kept.refresh = null;
    if (kept.state === 'empty') return;
    if (cause === 'refused') {
      this.#leave(kept, 'empty', 'subscription refused');
      kept.book.clear();
    } else if (kept.state !== 'stale') {
      this.#leave(kept, 'stale', 'connection lost');
    }
  }

  accept(event: CanonicalEvent): void {
    assert(isBook(event), 'only book events enter the book room');
    const kept = this.#keptOf(event.stream);
    if (event.type === EventType.BookSnapshot) this.#onSnapshot(kept, event);
    else this.#onUpdate(kept, event);
  }

  writeBook(into: BookEvent): boolean {
    const kept = this.#keptOf(into.stream);
    // A stale book is whole, too, and may go on without a snapshot; what is wrong with it the event's quality says.
    if (kept.state !== 'live' && kept.state !== 'stale') return false;
    into.type = EventType.BookSnapshot;
    kept.book.writeTo(into);
    return true;
  }

  /** Whoever fetches snapshots has given up on this one for now; a waiting book asks again. */
  snapshotFailed(stream: Stream): void {
    const kept = this.#keptOf(stream);
    if (kept.refresh !== null) {
      kept.refresh = null;
      kept.refreshInconclusive += 1;
    } else if ((kept.state === 'syncing' || kept.state === 'suspect') && canJoin(kept)) {
      this.#ask(kept);
    }
  }

  #onUpdate(kept: KeptBook, update: BookEvent): void {
    // Left in a queue when its connection was lost: it joins neither the old life, which is over, nor the next.
    if (kept.isCut || update.epoch < kept.epoch) {
      kept.lateUpdates += 1;
      this.#events.release(update);
      return;
    }
    if (kept.state !== 'live' && kept.state !== 'stale') {
      this.#wait(kept, update);
      return;
    }
    const verdict = kept.isBridged ? kept.rule.next(update, kept.book.last) : kept.rule.first(update, kept.book.last);
    if (verdict === Verdict.Old) {
      kept.oldUpdates += 1;
      this.#events.release(update);
      return;
    }
    if (verdict === Verdict.Gap) {
      kept.gaps += 1;
      this.#suspect(kept, update, 'sequence gap');
      return;
    }
    // Futures join a snapshot by an update that may end at the snapshot's own id: it says nothing that has not gone out.
    const isRepeat = update.sequenceLast === kept.book.last;
    if (!kept.book.apply(update)) {
      this.#suspect(kept, update, 'numbers outside the book scale');
      return;
    }
    this.#applied(kept, update);
    if (isRepeat) {
      kept.repeats += 1;
      this.#events.release(update);
      return;
    }
    if (kept.state === 'stale') this.#move(kept, 'live', 'updates again');
    if (kept.refresh !== null && this.#refreshed(kept, kept.refresh.followed(update, kept.book), update)) return;
    update.quality = qualityOfState.live;
    this.#sink.accept(update);
  }

  #applied(kept: KeptBook, update: BookEvent): void {
    kept.updates += 1;
    kept.isBridged = true;
    kept.lastUpdateMs = update.receivedMonotonicMs;
    if (kept.digest !== null) kept.digest.applied(kept.book);
    if (!kept.book.isCrossed) {
      kept.crossedSinceMs = -1;
      return;
    }
    kept.crossed += 1;
    if (kept.crossedSinceMs < 0) kept.crossedSinceMs = update.receivedMonotonicMs;
  }

  #onSnapshot(kept: KeptBook, snapshot: BookEvent): void {
    if (kept.refresh !== null) {
      this.#onFreshSnapshot(kept, kept.refresh, snapshot);
      return;
    }
    if (kept.state !== 'syncing' && kept.state !== 'suspect') {
      kept.unusedSnapshots += 1;
      this.#events.release(snapshot);
      return;
    }
    if (!canJoin(kept)) {
      // What changed before the subscription would be missing, and in a quiet market nothing would ever tell.
      kept.unusedSnapshots += 1;
      this.#events.release(snapshot);
      return;
    }
    if (!this.#joins(kept, snapshot) || !kept.book.load(snapshot)) {
      kept.unusedSnapshots += 1;
      this.#events.release(snapshot);
      this.#ask(kept);
      return;
    }
    kept.snapshots += 1;
    if (kept.snapshots === 1) kept.sequenceFirst = kept.book.last;
    kept.isBridged = false;
    kept.crossedSinceMs = -1;
    kept.lastUpdateMs = snapshot.receivedMonotonicMs;
    if (kept.digest !== null) kept.digest.applied(kept.book);
    if (!this.#replay(kept)) {
      this.#events.release(snapshot);
      this.#ask(kept);
      return;
    }
    this.#move(kept, 'live', 'snapshot applied');
    kept.nextRefreshMs = this.#nextRefreshMs(kept);
    this.#publish(kept, snapshot);
  }

  /** A snapshot to compare with; one that equals a book which is stale only by its age brings it back. */
  #onFreshSnapshot(kept: KeptBook, refresh: BookRefresh, snapshot: BookEvent): void {
    const outcome = refresh.arrived(snapshot, kept.book);
    if (this.#refreshed(kept, outcome, snapshot)) return;
    if (outcome !== RefreshOutcome.Equal || kept.state !== 'stale') {
      this.#events.release(snapshot);
      return;
    }
    this.#move(kept, 'live', 'equals a fresh snapshot');
    this.#publish(kept, snapshot);
  }

  /** Whether the updates that wait follow the snapshot without a hole; looked at before anything is changed. */
  #joins(kept: KeptBook, snapshot: BookEvent): boolean {
    let last = snapshot.sequenceLast;
    let isBridged = false;
    for (let i = 0; i < kept.waiting.length; i += 1) {
      const update = kept.waiting[i]!;
      const verdict = isBridged ? kept.rule.next(update, last) : kept.rule.first(update, last);
      if (verdict === Verdict.Old) continue;
      if (verdict === Verdict.Gap) {
        // A hole inside what waits: no snapshot can bridge it, so only what came after it is of use.
        if (isBridged) kept.waiting.splice(0, i);
        return false;
      }
      isBridged = true;
      last = update.sequenceLast;
    }
    return true;
  }

  /** Puts what waited on the snapshot. False when a number did not fit: the sync starts again. */
  #replay(kept: KeptBook): boolean {
    const waiting = kept.waiting;
    kept.waiting = [];
    for (const update of waiting) {
      const verdict = kept.isBridged ? kept.rule.next(update, kept.book.last) : kept.rule.first(update, kept.book.last);
      if (verdict === Verdict.Old) {
        kept.oldUpdates += 1;
        continue;
      }
      if (!kept.book.apply(update)) return false;
      this.#applied(kept, update);
    }
    return true;
  }

  /** The book as it is now goes out as one snapshot event, in the envelope of the one that came in. */
  #publish(kept: KeptBook, envelope: BookEvent): void {
    kept.book.writeTo(envelope);
    envelope.quality = qualityOfState.live;
    envelope.gapBefore = kept.isAfterGap;
    envelope.epoch = kept.epoch;
    kept.isAfterGap = false;
    this.#sink.accept(envelope);
  }

  /** Keeps an update for the replay: as a clone, so that a slow snapshot cannot dry the pool. */
  #wait(kept: KeptBook, update: BookEvent): void {
    if (kept.waiting.length === this.#options.waitingMax) {
      kept.waitingOverflows += 1;
      kept.waiting = [];
    }
    kept.waiting.push(update.clone());
    if (kept.state === 'empty') {
      // A recording does not tell of its connections before the first loss.
      kept.epoch = update.epoch;
      kept.isSubscribed = true;
      this.#move(kept, 'syncing', 'first update');
    }
    this.#events.release(update);
    if (kept.waiting.length === 1) this.#ask(kept);
  }

  #suspect(kept: KeptBook, update: BookEvent, reason: string): void {
    kept.waiting = [update.clone()];
    this.#events.release(update);
    this.#leave(kept, 'suspect', reason);
    this.#ask(kept);
  }

  /** Acts on a refresh. True when the book was found wrong, and the event that showed it has been dealt with. */
  #refreshed(kept: KeptBook, outcome: RefreshOutcome, event: BookEvent): boolean {
    if (outcome === RefreshOutcome.Pending) return false;
    kept.refresh = null;
    if (outcome === RefreshOutcome.Equal) {
      kept.refreshEqual += 1;
      kept.lastUpdateMs = this.#clock.monotonicMs();
    }
    if (outcome === RefreshOutcome.Inconclusive) kept.refreshInconclusive += 1;
    if (outcome !== RefreshOutcome.Different) return false;
    kept.refreshDifferent += 1;
    kept.waiting = [];
    this.#events.release(event);
    this.#leave(kept, 'suspect', 'differs from a fresh snapshot');
    this.#ask(kept);
    return true;
  }

  /** Stops being trustworthy, and says so downstream at once. */
  #leave(kept: KeptBook, state: BookState, reason: string): void {
    const wasLive = kept.state === 'live';
    kept.refresh = null;
    kept.isAfterGap = true;
    this.#move(kept, state, reason);
    if (!wasLive) return;
    const notice = this.#events.tryAcquire('book') as BookEvent | null;
    // A dry pool means consumers are far behind; the snapshot that ends this will carry `gapBefore` all the same.
    if (notice === null) return;
    notice.type = EventType.BookUpdate;
    notice.stream = kept.stream;
    notice.epoch = kept.epoch;
    notice.receivedTimeUs = this.#clock.wallMs() * 1_000;
    notice.receivedMonotonicMs = this.#clock.monotonicMs();
    notice.quality = qualityOfState[state];
    notice.priceScale = kept.book.priceScale;
    notice.quantityScale = kept.book.quantityScale;
    this.#sink.accept(notice);
  }

  #move(kept: KeptBook, state: BookState, reason: string): void {
    if (kept.state === state) return;
    const from = kept.state;
    kept.state = state;
    kept.moves[state] += 1;
    const facts = { provider: kept.stream.provider, symbol: kept.stream.instrument.symbol, from, reason, sequence: kept.book.last };
    if (state === 'suspect' || state === 'stale') this.#log.warn(`book ${state}`, facts);
    else this.#log.info(`book ${state}`, facts);
  }

  #look(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const kept of this.#books) {
      const isLive = kept.state === 'live';
      const isAged = kept.state === 'stale' && !kept.isCut;
      if (!isLive && !isAged) continue;
      if (isLive && nowMs - kept.lastUpdateMs > this.#options.staleAfterMs) {
        this.#leave(kept, 'stale', 'no update');
        kept.nextRefreshMs = nowMs;
      } else if (isLive && kept.crossedSinceMs >= 0 && nowMs - kept.crossedSinceMs > CROSSED_MS_MAX) {
        kept.refresh = null;
        kept.waiting = [];
        this.#leave(kept, 'suspect', 'crossed');
        this.#ask(kept);
      } else if (this.#options.refreshMs > 0 && kept.terms.isRepeatable && kept.refresh === null && nowMs >= kept.nextRefreshMs) {
        kept.refresh = new BookRefresh(kept.rule, this.#options.waitingMax, kept.terms.depth);
        kept.nextRefreshMs = this.#nextRefreshMs(kept);
        this.#ask(kept);
      }
    }
  }

  /** Spread over the period by stream id, so that a thousand books do not ask in the same second. */
  #nextRefreshMs(kept: KeptBook): number {
    return this.#clock.monotonicMs() + this.#options.refreshMs * (1 + (kept.stream.id % 32) / 64);
  }

  #ask(kept: KeptBook): void {
    assert(this.#snapshots !== null, 'the book room was not started');
    this.#snapshots.requestSnapshot(kept.stream);
  }

  #keptOf(stream: Stream): KeptBook {
    const kept = this.#byStream[stream.id];
    assert(kept !== undefined, 'a book event came for a stream without a book');
    return kept;
  }
}

/** A snapshot is of use from the moment since which no update is missed: the subscription, or the first update. */
function canJoin(kept: KeptBook): boolean {
  return kept.isSubscribed || kept.waiting.length > 0;
}
