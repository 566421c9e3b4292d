import type { Clock, Timer } from '../../../lib/clock/clock.ts';
import type { AppError } from '../../../lib/errors/app-error.ts';
import type { Random } from '../../../lib/random/random.ts';
import { WsClient, type WsCloseReason } from '../../../lib/ws/client.ts';
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
  onRefused(name: string, reason: string): void;
  onError(error: AppError): void;
  /** It has lived as long as the venue lets one live: time for a successor. */
  onAged(link: Link): void;
}

/** One connection with what it carries: connects, subscribes, and does both again after a loss. */
export class Link {
  /** Index inside the feed; frames and replies are told apart by it. */
  readonly index: number;
  readonly plan: LinkPlan;
  /** Life number of its present connection, given by the feed when it opens. */
  epoch = 0;
  isReady = false;
  readonly #venue: Venue;
  readonly #clock: Clock;
  readonly #hooks: LinkHooks;
  readonly #client: WsClient;
  readonly #desk: SubscribeDesk;
  #age: Timer | null = null;

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
        onRefused: (name, reason) => hooks.onRefused(name, reason),
        onDone: () => this.#onDone(),
        onTimeout: () => this.#client.reconnect('a subscription was not answered'),
      },
    );
  }

  start(): void {
    this.#client.start();
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
    this.#hooks.onOpened(this);
    this.#desk.begin(this.plan.names);
  }

  #onDone(): void {
    if (this.isReady) return;
    this.isReady = true;
    this.#age = this.#clock.after(this.#venue.limits.lifetimeMs, () => this.#hooks.onAged(this));
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
