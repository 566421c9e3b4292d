import type { Clock, Timer } from '../../../lib/clock/clock.ts';
import { Receipt } from '../../../lib/clock/receipt.ts';
import { AppError } from '../../../lib/errors/app-error.ts';
import { HttpClient, type HttpResponse } from '../../../lib/http/client.ts';
import { TokenBucket } from '../../../lib/http/token-bucket.ts';
import type { Random } from '../../../lib/random/random.ts';
import { Ring } from '../../../lib/ring/ring.ts';
import type { WsCloseReason } from '../../../lib/ws/client.ts';
import { errors } from '../../../schemas/errors.ts';
import type { Stream } from '../../../schemas/market/stream.ts';
import type { Feed, FeedListener, FeedTotals, ReceivedFrame } from './feed.ts';
import { Link, type LinkHooks } from './link.ts';
import { SnapshotScheduler } from './snapshot-scheduler.ts';
import type { LinkPlan, RestRequest, Venue } from './venue.ts';

export interface LiveFeedOptions {
  /** Scheme and host, without a path; a loopback address for a simulated venue. */
  readonly wsUrl: string;
  readonly restUrl: string;
  /** The weight that may be spent at `restUrl`, shared by all who ask there. */
  readonly budget: TokenBucket;
}

/** What the feed reports of its REST traffic besides answers: for captures. */
export type RestTap = (url: string, body: Buffer) => void;

const REST_TIMEOUT_MS = 10_000;
/** How long a renewed connection is still heard: two connections do not deliver at the same speed. */
const RETIRE_AFTER_MS = 1_000;
/** Frames of a successor that are kept meanwhile; the oldest go first, for those the old connection has long delivered. */
const HELD_MAX = 8_192;
/** A connection that replaced another is not replaced before: a venue that says goodbye to every new one must not be stormed. */
const RENEWAL_SPACING_MS = 60_000;
const CONNECT_WINDOW_S = 300;

interface HeldFrame {
  readonly receivedTimeUs: number;
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/** One connection taking the place of another. */
interface Renewal {
  readonly old: Link;
  readonly next: Link;
  /** What the next one has delivered so far. */
  readonly held: Ring<HeldFrame>;
  /** Ends the overlap; null while the next one is not ready. */
  overlap: Timer | null;
  /** The old one is gone; what is held goes out. */
  isOver: boolean;
  /** What it holds is going out. */
  isPouring: boolean;
}

/**
 * A venue over its own WebSocket and REST.
 *
 * A connection that reaches the age at which the venue would cut it gets a successor first. Nobody here can put the frames of two
 * connections in order, so they are not mixed: the successor's are held until the old one has been heard for another second.
 *
 *   old    ──1──2──3──4──5──6──┤ left
 *   next         ▲  3  4  5  6  7 held ──▶ 3 4 5 6 are known by their sequence, 7 goes on
 *              ready
 *
 * That is not a new epoch, for nothing was missed.
 */
export class LiveFeed implements Feed {
  readonly #options: LiveFeedOptions;
  readonly #venue: Venue;
  readonly #listener: FeedListener;
  readonly #streams: () => readonly Stream[];
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #rest: HttpClient;
  readonly #snapshots: SnapshotScheduler;
  readonly #links = new Map<number, Link>();
  readonly #renewals = new Set<Renewal>();
  /** Half of what the venue lets one address connect is for renewals; the rest is for what breaks. */
  readonly #renewalBudget: TokenBucket;
  readonly #refused = new Set<string>();
  readonly #frame: ReceivedFrame = { connection: 0, epoch: 0, receivedTimeUs: 0, receivedMonotonicMs: 0, data: Buffer.alloc(0), isBinary: false };
  readonly #receipt: Receipt;
  readonly #onRest: RestTap;
  readonly #onOpen: (connection: number, url: string) => void;
  readonly #onError: (error: AppError) => void;
  #linkCount = 0;
  #epochs = 0;
  #reconnects = 0;
  #isStopped = false;
  #isPaused = false;

  /** `streams` is asked after the instruments are known. */
  constructor(
    options: LiveFeedOptions,
    venue: Venue,
    listener: FeedListener,
    streams: () => readonly Stream[],
    clock: Clock,
    random: Random,
    taps: { onRest: RestTap; onOpen: (connection: number, url: string) => void; onError: (error: AppError) => void },
  ) {
    this.#options = options;
    this.#venue = venue;
    this.#listener = listener;
    this.#streams = streams;
    this.#clock = clock;
    this.#receipt = new Receipt(clock);
    this.#random = random;
    this.#onRest = taps.onRest;
    this.#onOpen = taps.onOpen;
    this.#onError = taps.onError;
    const { limits } = venue;
    this.#rest = new HttpClient({
      origin: options.restUrl,
      clock,
      random,
      timeoutMs: REST_TIMEOUT_MS,
      usedHeader: limits.usedWeightHeader,
      bucket: options.budget,
      maxWaitMs: 120_000,
    });
    // So much at once and as much again in five minutes: together half of what the venue allows, or less, in any five minutes.
    const renewalsMax = limits.connectsPerFiveMinutesMax / 4;
    this.#renewalBudget = new TokenBucket({ clock, capacity: renewalsMax, rate: { refillPerSecond: renewalsMax / CONNECT_WINDOW_S } });
    this.#snapshots = new SnapshotScheduler(clock, random, {
      fetch: async (stream) => (await this.#get(venue.snapshotRequest(stream), errors.snapshotRefused)).body,
      onSnapshot: (stream, body) => {
        if (listener.onSnapshot(stream, body, clock.wallMs() * 1_000)) return;
        listener.onSnapshotFailed(stream, new AppError(errors.snapshotRefused, { symbol: stream.instrument.symbol, found: 'no room for it in the pools' }));
      },
      onFailed: (stream, error) => listener.onSnapshotFailed(stream, error),
    });
  }

  get totals(): FeedTotals {
    return { reconnects: this.#reconnects, epochs: this.#epochs, refusedSubscriptions: [...this.#refused] };
  }

  async start(): Promise<void> {
    const answer = await this.#get(this.#venue.instrumentsRequest, errors.instrumentsRefused);
    this.#listener.onInstruments(answer.body);
    for (const plan of this.#venue.plan(this.#streams())) this.#begin(plan).start();
  }

  requestSnapshot(stream: Stream): void {
    this.#snapshots.request(stream);
  }

  /** The venue answered a request made on one of the connections. */
  onReply(connection: number, requestId: number, refusal: string): void {
    this.#links.get(connection)?.onReply(requestId, refusal);
  }

  /** The venue said that it will cut this connection soon. */
  onFarewell(connection: number): void {
    const link = this.#links.get(connection);
    link?.ageIn(Math.max(link.renewedMs + RENEWAL_SPACING_MS - this.#clock.monotonicMs(), 0));
  }

  pause(): void {
    this.#isPaused = true;
    for (const link of this.#heard()) link.pause();
  }

  resume(): void {
    this.#isPaused = false;
    for (const link of this.#heard()) link.resume();
    for (const renewal of this.#renewals) if (renewal.isOver) this.#pour(renewal);
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#snapshots.stop();
    for (const { overlap } of this.#renewals) overlap?.cancel();
    await Promise.all([this.#rest.close(), ...this.#heard().map((link) => link.stop())]);
    this.#links.clear();
    this.#renewals.clear();
  }

  #heard(): Link[] {
    const overlapping = [...this.#renewals].filter(({ overlap, isOver }) => overlap !== null && !isOver);
    return [...this.#links.values(), ...overlapping.map(({ old }) => old)];
  }

  #begin(plan: LinkPlan): Link {
    const link = new Link(this.#linkCount, plan, this.#options.wsUrl, this.#venue, this.#clock, this.#random, this.#hooks);
    this.#linkCount += 1;
    this.#links.set(link.index, link);
    if (this.#isPaused) link.pause();
    return link;
  }

  readonly #hooks: LinkHooks = {
    onOpened: (link) => this.#onOpened(link),
    onFrame: (link, data, isBinary) => this.#onFrame(link, data, isBinary),
    onReady: (link) => this.#onReady(link),
    onLost: (link, reason) => this.#onLost(link, reason),
    onError: (error) => this.#onError(error),
    onAged: (link) => this.#renew(link),
  };

  #onFrame(link: Link, data: Buffer, isBinary: boolean): void {
    if (this.#isStopped) return;
    const receipt = this.#receipt;
    receipt.read();
    const renewal = this.#renewals.size === 0 ? null : this.#renewalBy(link);
    if (renewal === null || !this.#venue.isStreamFrame(data)) {
      this.#deliver(link, receipt.timeUs, receipt.monotonicMs, data, isBinary);
      return;
    }
    if (renewal.held.size === HELD_MAX) renewal.held.poll();
    renewal.held.offer({ receivedTimeUs: receipt.timeUs, data, isBinary });
  }

  #deliver(link: Link, receivedTimeUs: number, receivedMonotonicMs: number, data: Buffer, isBinary: boolean): void {
    const frame = this.#frame;
    frame.connection = link.index;
    frame.epoch = link.epoch;
    frame.receivedTimeUs = receivedTimeUs;
    frame.receivedMonotonicMs = receivedMonotonicMs;
    frame.data = data;
    frame.isBinary = isBinary;
    this.#listener.onFrame(frame);
  }

  #onOpened(link: Link): void {
    this.#onOpen(link.index, `${this.#options.wsUrl}${link.plan.path}`);
    const renewal = this.#renewalBy(link);
    if (renewal === null) this.#newEpoch(link);
    else renewal.held.clear(); // Of an earlier attempt, which was lost.
  }

  #onReady(link: Link): void {
    const renewal = this.#renewalBy(link);
    // False: the old one was lost while its successor was on the way, so something was missed after all.
    const isSeamless = renewal !== null && renewal.old.isReady && renewal.old.epoch === link.epoch;
    if (renewal !== null) {
      this.#links.delete(renewal.old.index);
      if (isSeamless) renewal.overlap = this.#clock.after(RETIRE_AFTER_MS, () => this.#handOver(renewal));
      else this.#newEpoch(link);
    }
    for (const { stream, name, reason } of link.refusals) {
      this.#refused.add(name);
      this.#listener.onSubscriptionRefused(stream, name, reason);
    }
    this.#listener.onSubscribed(link.streams);
    if (renewal !== null && !isSeamless) this.#handOver(renewal);
  }

  /** What was asked for in a former life of the connection is of no use in this one. */
  #newEpoch(link: Link): void {
    this.#epochs += 1;
    link.epoch = this.#epochs;
    for (const stream of link.plan.streams) this.#snapshots.forget(stream);
    this.#listener.onConnected(link.plan.streams, link.epoch);
  }

  /** The renewal by which this connection takes another's place. */
  #renewalBy(next: Link): Renewal | null {
    for (const renewal of this.#renewals) if (renewal.next === next) return renewal;
    return null;
  }

  #renewalOf(old: Link): Renewal | null {
    for (const renewal of this.#renewals) if (renewal.old === old) return renewal;
    return null;
  }

  #onLost(link: Link, reason: WsCloseReason): void {
    if (this.#isStopped) return;
    const leaving = this.#renewalOf(link);
    if (leaving !== null && leaving.overlap !== null && !leaving.isOver) this.#handOver(leaving);
    if (this.#links.get(link.index) !== link) return;
    const renewal = this.#renewalBy(link);
    if (renewal !== null) {
      if (renewal.overlap === null && !renewal.isOver) return; // The old one still delivers.
      renewal.held.clear();
      this.#handOver(renewal);
      this.#renewals.delete(renewal);
    }
    this.#reconnects += 1;
    this.#listener.onDisconnected(link.plan.streams, `${reason.cause} ${reason.code} ${reason.text}`.trim());
  }

  #renew(old: Link): void {
    if (this.#isStopped || this.#renewalOf(old) !== null) return;
    if (!this.#renewalBudget.tryTake(1)) {
      old.ageIn(RENEWAL_SPACING_MS);
      return;
    }
    const next = this.#begin(old.plan);
    next.epoch = old.epoch;
    next.renewedMs = this.#clock.monotonicMs();
    this.#renewals.add({ old, next, held: new Ring(HELD_MAX), overlap: null, isOver: false, isPouring: false });
    next.start();
  }

  /** The old one has been heard long enough, or is lost. */
  #handOver(renewal: Renewal): void {
    if (renewal.isOver) return;
    renewal.overlap?.cancel();
    renewal.isOver = true;
    void renewal.old.stop();
    this.#pour(renewal);
  }

  /** What is held goes out, as far as a pause allows. */
  #pour(renewal: Renewal): void {
    // A frame can end a pause that another one began: the loop that is at work goes on, and is not begun again inside itself.
    if (renewal.isPouring) return;
    renewal.isPouring = true;
    while (!this.#isPaused && !this.#isStopped) {
      const frame = renewal.held.poll();
      if (frame === null) {
        this.#renewals.delete(renewal);
        break;
      }
      // Held on purpose: its patience with a dry pool begins now.
      this.#deliver(renewal.next, frame.receivedTimeUs, this.#clock.monotonicMs(), frame.data, frame.isBinary);
    }
    renewal.isPouring = false;
  }

  async #get(request: RestRequest, refused: (typeof errors)['snapshotRefused' | 'instrumentsRefused']): Promise<HttpResponse> {
    const response = await this.#rest.request({ method: 'GET', path: request.path, query: request.query, weight: request.weight });
    if (response.status !== 200) {
      throw new AppError(refused, { path: request.path, status: response.status, found: response.body.subarray(0, 200).toString() });
    }
    const query = new URLSearchParams(request.query).toString();
    this.#onRest(`${this.#options.restUrl}${request.path}${query === '' ? '' : `?${query}`}`, response.body);
    return response;
  }
}
