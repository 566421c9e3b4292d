import type { Clock, Timer } from '../../../lib/clock/clock.ts';

/** Stands for the request id in an answer that has none; ours begin with 1. */
export const UNNAMED_REQUEST = 0;

export interface SubscribeLimits {
  /** Names in one message. */
  readonly batchMax: number;
  /** Least time between two messages. */
  readonly intervalMs: number;
  /** How long the venue may take to answer one. */
  readonly timeoutMs: number;
}

export interface SubscribeHooks {
  /** Sends one message; false when the connection does not take it. */
  send(names: readonly string[], requestId: number): boolean;
  onRefused(name: string, reason: string): void;
  /** Every name has been accepted or refused. */
  onDone(): void;
  onTimeout(): void;
}

/**
 * Asks for all names of one connection in batches, one at a time and no faster than the venue allows.
 *
 * A refused batch of several is asked again name by name, so that one bad name does not sink the rest.
 */
export class SubscribeDesk {
  readonly #limits: SubscribeLimits;
  readonly #hooks: SubscribeHooks;
  readonly #clock: Clock;
  #batches: (readonly string[])[] = [];
  #asked: readonly string[] = [];
  #requestId = 0;
  #timer: Timer | null = null;

  constructor(limits: SubscribeLimits, clock: Clock, hooks: SubscribeHooks) {
    this.#limits = limits;
    this.#clock = clock;
    this.#hooks = hooks;
  }

  /** Begins from the first name; what an earlier connection was asked is forgotten. */
  begin(names: readonly string[]): void {
    this.cancel();
    this.#batches = [];
    for (let from = 0; from < names.length; from += this.#limits.batchMax) {
      this.#batches.push(names.slice(from, from + this.#limits.batchMax));
    }
    this.#askNext();
  }

  /**
   * The venue's answer; `refusal` is '' when it accepted. Answers to other requests change nothing; one that names none
   * (`UNNAMED_REQUEST`) is to the only question under way.
   */
  onReply(requestId: number, refusal: string): void {
    const isOurs = requestId === this.#requestId || requestId === UNNAMED_REQUEST;
    if (!isOurs || this.#asked.length === 0) return;
    const asked = this.#asked;
    this.#asked = [];
    this.#setTimer(null);
    if (refusal !== '' && asked.length === 1) this.#hooks.onRefused(asked[0]!, refusal);
    if (refusal !== '' && asked.length > 1) this.#batches.unshift(...asked.map((name) => [name]));
    if (this.#batches.length === 0) this.#hooks.onDone();
    else this.#setTimer(this.#clock.after(this.#limits.intervalMs, () => this.#askNext()));
  }

  cancel(): void {
    this.#setTimer(null);
    this.#asked = [];
    this.#batches = [];
  }

  #askNext(): void {
    const names = this.#batches.shift();
    if (names === undefined) {
      this.#hooks.onDone();
      return;
    }
    this.#asked = names;
    this.#requestId += 1;
    this.#setTimer(this.#clock.after(this.#limits.timeoutMs, () => this.#hooks.onTimeout()));
    if (!this.#hooks.send(names, this.#requestId)) this.#hooks.onTimeout();
  }

  #setTimer(timer: Timer | null): void {
    this.#timer?.cancel();
    this.#timer = timer;
  }
}
