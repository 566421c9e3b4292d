import type { Clock, Timer } from '../../../lib/clock/clock.ts';
import { assert } from '../../../lib/assert/assert.ts';
import type { AppError } from '../../../lib/errors/app-error.ts';
import type { Random } from '../../../lib/random/random.ts';
import { WsClient, type WsCloseReason } from '../../../lib/ws/client.ts';
import type { Stream } from '../../../schemas/market/stream.ts';
import { SubscribeDesk } from './subscribe-desk.ts';
import type { LinkPlan, Venue } from './venue.ts';

/** What the feed hears of one of its connections. */
export interface LinkHooks {
  /** A new life of the connection: nothing is subscribed yet. */
  onOpened(link: Link): void;
  onFrame(link: Link, data: Buffer, isBinary: boolean): void;
  /** Everything is subscribed (or refused by name): its streams flow. */
  onReady(link: Link): void;
  onLost(link: Link, reason: WsCloseReason): void;
  onError(error: AppError): void;
  /** It has lived as long as the venue lets one live: time for a successor. */
  onAged(link: Link): void;
}

/** One name the venue does not deliver. */
export interface Refusal {
  readonly stream: Stream;
  readonly name: string;
  readonly reason: string;
}

/** One connection with what it carries: connects, subscribes, and does both again after a loss. */
export class Link {
  /** Index inside the feed; frames and replies are told apart by it. */
  readonly index: number;
  readonly plan: LinkPlan;
  /** Life number of its present connection, given by the feed when it opens. */
  epoch = 0;
  isReady = false;
  /** When it took the place of another, monotonic; it is not renewed again at once. */
  renewedMs = -Infinity;
  readonly #venue: Venue;
  readonly #clock: Clock;
  readonly #hooks: LinkHooks;
  readonly #client: WsClient;
  readonly #desk: SubscribeDesk;
  #age: Timer | null = null;
  readonly #refusals: Refusal[] = [];

  constructor(index: number, plan: LinkPlan, url: string, venue: Venue, clock: Clock, random: Random, hooks: LinkHooks) {
    this.index = index;
    this.plan = plan;
    this.#venue = venue;
    this.#clock = clock;
    this.#hooks = hooks;
    const { limits } = venue;
    this.#client = new WsClient({
      url: `${url}${plan.path}`,
      clock,
      random,
      silenceMs: limits.silenceMs,
      listener: {
        onOpen: () => this.#onOpen(),
        onFrame: (data, isBinary) => hooks.onFrame(this, data, isBinary),
        onClose: (reason) => this.#onClose(reason),
        onError: (error) => hooks.onError(error),
      },
    });
    this.#desk = new SubscribeDesk(
      { batchMax: limits.subscribeBatchMax, intervalMs: limits.messageIntervalMs, timeoutMs: limits.subscribeTimeoutMs },
      clock,
      {
        send: (names, requestId) => this.#client.send(venue.subscribeMessage(names, requestId)),
        onRefused: (name, reason) => this.#onRefused(name, reason),
        onDone: () => this.#onDone(),
        onTimeout: () => this.#client.reconnect('a subscription was not answered'),
      },
    );
  }

  /** What the venue has refused in this life. */
  get refusals(): readonly Refusal[] {
    return this.#refusals;
  }

  /** What it carries in this life. */
  get streams(): readonly Stream[] {
    return this.plan.streams.filter((stream) => !this.#refusals.some((refusal) => refusal.stream === stream));
  }

  start(): void {
    this.#client.start();
  }

  /** Comes of age then, instead of at the end of its lifetime. Only while it is ready: before, there is nothing to renew. */
  ageIn(delayMs: number): void {
    if (!this.isReady) return;
    this.#age?.cancel();
    this.#age = this.#clock.after(delayMs, () => this.#hooks.onAged(this));
  }

  onReply(requestId: number, refusal: string): void {
    this.#desk.onReply(requestId, refusal);
  }

  pause(): void {
    this.#client.pause();
  }

  resume(): void {
    this.#client.resume();
  }

  stop(): Promise<void> {
    this.#forget();
    return this.#client.stop();
  }

  #onOpen(): void {
    this.#refusals.length = 0;
    this.#hooks.onOpened(this);
    this.#desk.begin(this.plan.names);
  }

  #onRefused(name: string, reason: string): void {
    const stream = this.plan.streams[this.plan.names.indexOf(name)];
    assert(stream !== undefined, 'a name was refused that was not asked for');
    this.#refusals.push({ stream, name, reason });
  }

  #onDone(): void {
    if (this.isReady) return;
    this.isReady = true;
    this.ageIn(this.#venue.limits.lifetimeMs);
    this.#hooks.onReady(this);
  }

  #onClose(reason: WsCloseReason): void {
    this.#forget();
    this.#hooks.onLost(this, reason);
  }

  #forget(): void {
    this.isReady = false;
    this.#desk.cancel();
    this.#age?.cancel();
    this.#age = null;
  }
}
