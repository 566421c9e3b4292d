import type { Clock, Timer } from '../../../lib/clock/clock.ts';
import { AppError } from '../../../lib/errors/app-error.ts';
import { HttpClient, type HttpResponse } from '../../../lib/http/client.ts';
import { TokenBucket } from '../../../lib/http/token-bucket.ts';
import type { Random } from '../../../lib/random/random.ts';
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
}

/** What the feed reports of its REST traffic besides answers: for captures. */
export type RestTap = (url: string, body: Buffer) => void;

const REST_TIMEOUT_MS = 10_000;
/** How long a renewed connection is still heard: two connections do not deliver at the same speed. */
const RETIRE_AFTER_MS = 1_000;

/**
 * A venue over its own WebSocket and REST.
 *
 * A connection that reaches the age at which the venue would cut it gets a successor first: both deliver for a moment, what
 * comes twice is recognised by its sequence, and only a second later the old one goes. That is not a new epoch, for nothing was missed.
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
  /** Successors that are not ready yet, by whom they replace. */
  readonly #successors = new Map<Link, Link>();
  /** Renewed connections, heard for what is still on its way, each with the end of that. */
  readonly #retired = new Map<Link, Timer>();
  readonly #frame: ReceivedFrame = { connection: 0, epoch: 0, receivedTimeUs: 0, data: Buffer.alloc(0), isBinary: false };
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
      // The venue counts weight per minute of the wall clock; 90 % leaves room for what else runs behind this address.
      bucket: new TokenBucket({ clock, capacity: Math.floor(limits.requestWeightPerMinute * 0.9), rate: { windowMs: 60_000 }, waitersMax: 4_096 }),
      maxWaitMs: 120_000,
    });
    this.#snapshots = new SnapshotScheduler(clock, random, {
      fetch: async (stream) => (await this.#get(venue.snapshotRequest(stream), errors.snapshotRefused)).body,
      onSnapshot: (stream, body) => listener.onSnapshot(stream, body, clock.wallMs() * 1_000),
      onFailed: (stream, error) => listener.onSnapshotFailed(stream, error),
    });
  }

  get totals(): FeedTotals {
    return { reconnects: this.#reconnects, epochs: this.#epochs };
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
    if (link !== undefined) this.#renew(link);
  }

  pause(): void {
    this.#isPaused = true;
    for (const link of this.#heard()) link.pause();
  }

  resume(): void {
    this.#isPaused = false;
    for (const link of this.#heard()) link.resume();
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#snapshots.stop();
    for (const timer of this.#retired.values()) timer.cancel();
    await Promise.all([this.#rest.close(), ...this.#heard().map((link) => link.stop())]);
    this.#links.clear();
    this.#retired.clear();
  }

  #heard(): Link[] {
    return [...this.#links.values(), ...this.#retired.keys()];
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
    onRefused: (name, reason) => this.#listener.onSubscriptionRefused(name, reason),
    onError: (error) => this.#onError(error),
    onAged: (link) => this.#renew(link),
  };

  #onFrame(link: Link, data: Buffer, isBinary: boolean): void {
    if (this.#isStopped) return;
    const frame = this.#frame;
    frame.connection = link.index;
    frame.epoch = link.epoch;
    frame.receivedTimeUs = this.#clock.wallMs() * 1_000;
    frame.data = data;
    frame.isBinary = isBinary;
    this.#listener.onFrame(frame);
  }

  #onOpened(link: Link): void {
    this.#onOpen(link.index, `${this.#options.wsUrl}${link.plan.path}`);
    if (this.#predecessorOf(link) === null) this.#newEpoch(link);
  }

  #onReady(link: Link): void {
    const old = this.#predecessorOf(link);
    if (old !== null) {
      this.#successors.delete(old);
      this.#links.delete(old.index);
      if (old.isReady && old.epoch === link.epoch) {
        this.#retired.set(old, this.#clock.after(RETIRE_AFTER_MS, () => this.#leave(old)));
      } else {
        // The old one was lost while its successor was on the way: then something was missed after all.
        this.#newEpoch(link);
        void old.stop();
      }
    }
    this.#listener.onSubscribed(link.plan.streams);
  }

  #newEpoch(link: Link): void {
    this.#epochs += 1;
    link.epoch = this.#epochs;
    this.#listener.onConnected(link.plan.streams, link.epoch);
  }

  #predecessorOf(link: Link): Link | null {
    for (const [old, successor] of this.#successors) {
      if (successor === link) return old;
    }
    return null;
  }

  #onLost(link: Link, reason: WsCloseReason): void {
    if (this.#isStopped) return;
    if (this.#retired.has(link)) this.#leave(link);
    if (this.#links.get(link.index) !== link) return;
    if (this.#predecessorOf(link) !== null) return; // The old one still delivers.
    this.#reconnects += 1;
    this.#listener.onDisconnected(link.plan.streams, `${reason.cause} ${reason.code} ${reason.text}`.trim());
  }

  #renew(old: Link): void {
    if (this.#isStopped || this.#successors.has(old) || this.#retired.has(old)) return;
    const successor = this.#begin(old.plan);
    successor.epoch = old.epoch;
    this.#successors.set(old, successor);
    successor.start();
  }

  #leave(retired: Link): void {
    this.#retired.get(retired)?.cancel();
    this.#retired.delete(retired);
    void retired.stop();
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
