import { assert } from '../assert/assert.ts';
import type { Clock, Timer } from '../clock/clock.ts';
import { AppError } from '../errors/app-error.ts';
import { abortError, httpErrors } from './errors.ts';

/** What a Node timer can wait; more would fire at once. */
const timerMsMax = 2_147_483_647;

/**
 * A budget of weight that comes back with time. Whoever cannot pay waits in line.
 *
 *   take(5) ─▶ [ head │ ... │ tail ] ─▶ tokens ◀─ refill: so many a second,
 *                  first in, first out             or the whole capacity at every
 *                  ≤ waitersMax                    full window of the wall clock
 *
 * The head may need more than those behind it; they still wait, or a heavy request would starve.
 */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #capacity: number;
  readonly #waitersMax: number;
  readonly #waiters: Waiter[] = [];
  #tokens: number;
  /** Of the last refill: monotonic milliseconds, or the number of the window. */
  #refilledAt: number;
  #closedUntilMs = 0;
  #timer: Timer | null = null;

  constructor(options: TokenBucketOptions) {
    assert(options.capacity > 0, 'a bucket holds something');
    this.#clock = options.clock;
    this.#rate = options.rate;
    this.#capacity = options.capacity;
    this.#waitersMax = options.waitersMax ?? 256;
    this.#tokens = options.capacity;
    this.#refilledAt = 'windowMs' in options.rate ? this.#window(options.rate.windowMs) : options.clock.monotonicMs();
  }

  /** Weight that could be spent now; 0 while the gate is closed. */
  get available(): number {
    this.#refill();
    return this.#closedForMs() > 0 ? 0 : this.#tokens;
  }

  get waiterCount(): number {
    return this.#waiters.length;
  }

  /** Spends `weight` at once, or nothing at all. Nobody overtakes those who wait. */
  tryTake(weight: number): boolean {
    assert(weight >= 0, 'weight is not negative');
    return this.#waiters.length === 0 && this.#spend(weight);
  }

  /**
   * Spends `weight`, waiting for its turn at most `maxWaitMs`; after a rejection nothing is spent.
   * Rejects at once when it is certain that the wait would be longer.
   *
   * @throws {AppError} HTTP_WEIGHT_TOO_LARGE, HTTP_RATE_WAIT, HTTP_RATE_QUEUE_FULL, HTTP_ABORTED
   */
  async take(weight: number, maxWaitMs: number, signal: AbortSignal | null = null): Promise<void> {
    if (weight > this.#capacity) throw new AppError(httpErrors.weightTooLarge, { weight, capacity: this.#capacity });
    if (signal !== null && signal.aborted) throw abortError(signal);
    if (this.tryTake(weight)) return;
    const waitMs = Math.ceil(this.#waitMs(weight));
    if (waitMs > maxWaitMs) throw new AppError(httpErrors.rateWait, { weight, waitMs, maxWaitMs });
    if (this.#waiters.length >= this.#waitersMax) throw new AppError(httpErrors.rateQueueFull, { waiters: this.#waiters.length });
    await this.#waitInLine(weight, maxWaitMs, signal);
  }

  /**
   * Lets nothing through before this moment of the wall clock (a Retry-After, a ban). Only ever
   * moves the gate later. Kept on the monotonic clock: setting the system time must not prolong it.
   */
  closeUntil(wallMs: number): void {
    this.#closedUntilMs = Math.max(this.#closedUntilMs, this.#clock.monotonicMs() + wallMs - this.#clock.wallMs());
    this.#schedule();
  }

  /**
   * The other side's own count of what was spent in the current window (a response header). It knows
   * of other processes behind the same address, so the larger count wins; a smaller one is only
   * late and is ignored.
   */
  observeUsed(weight: number): void {
    this.#refill();
    this.#tokens = Math.min(this.#tokens, Math.max(this.#capacity - weight, 0));
    this.#schedule();
  }

  #waitInLine(weight: number, maxWaitMs: number, signal: AbortSignal | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        if (signal !== null) this.#leave(waiter, abortError(signal));
      };
      const waiter: Waiter = {
        weight,
        maxWaitMs,
        deadlineMs: this.#clock.monotonicMs() + maxWaitMs,
        settle: (error) => {
          signal?.removeEventListener('abort', leave);
          if (error === null) resolve();
          else reject(error);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiters.push(waiter);
      this.#schedule();
    });
  }

  #leave(waiter: Waiter, error: AppError): void {
    const index = this.#waiters.indexOf(waiter);
    if (index < 0) return;
    this.#waiters.splice(index, 1);
    waiter.settle(error);
    this.#serve();
  }

  /** Lets the line move as far as it can, sends away who waited too long, and sets the next alarm. */
  #serve(): void {
    while (this.#waiters.length > 0 && this.#spend(this.#waiters[0]!.weight)) this.#waiters.shift()!.settle(null);
    const nowMs = this.#clock.monotonicMs();
    for (const waiter of this.#waiters.filter(({ deadlineMs }) => deadlineMs <= nowMs)) {
      const { weight, maxWaitMs } = waiter;
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.settle(new AppError(httpErrors.rateWait, { weight, waitMs: maxWaitMs, maxWaitMs }));
    }
    this.#schedule();
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const head = this.#waiters[0];
    if (head === undefined) return;
    const deadlineMs = this.#waiters.reduce((earliest, { deadlineMs }) => Math.min(earliest, deadlineMs), Infinity);
    // Whole milliseconds, at least one: a real timer may fire a fraction early and would spin.
    const waitMs = Math.ceil(Math.min(this.#waitMs(head.weight), deadlineMs - this.#clock.monotonicMs()));
    this.#timer = this.#clock.after(Math.min(Math.max(waitMs, 1), timerMsMax), () => this.#serve());
  }

  #spend(weight: number): boolean {
    this.#refill();
    if (this.#closedForMs() > 0 || this.#tokens < weight) return false;
    this.#tokens -= weight;
    return true;
  }

  #refill(): void {
    if ('windowMs' in this.#rate) {
      const window = this.#window(this.#rate.windowMs);
      if (window === this.#refilledAt) return;
      this.#refilledAt = window;
      this.#tokens = this.#capacity;
      return;
    }
    const nowMs = this.#clock.monotonicMs();
    const earned = ((nowMs - this.#refilledAt) * this.#rate.refillPerSecond) / 1_000;
    this.#tokens = Math.min(this.#capacity, this.#tokens + earned);
    this.#refilledAt = nowMs;
  }

  /** The shortest time after which `weight` could be there if nobody else took any. */
  #waitMs(weight: number): number {
    this.#refill();
    const closedMs = this.#closedForMs();
    const missing = weight - this.#tokens;
    if (missing <= 0) return closedMs;
    if ('windowMs' in this.#rate) return Math.max(closedMs, this.#rate.windowMs - (this.#clock.wallMs() % this.#rate.windowMs));
    return Math.max(closedMs, (missing * 1_000) / this.#rate.refillPerSecond);
  }

  #closedForMs(): number {
    return Math.max(this.#closedUntilMs - this.#clock.monotonicMs(), 0);
  }

  #window(windowMs: number): number {
    return Math.floor(this.#clock.wallMs() / windowMs);
  }
}

/**
 * How weight comes back: steadily, or all at once whenever the wall clock passes a multiple of
 * `windowMs` (a venue that counts "per minute, from :00").
 */
export type Rate = { readonly refillPerSecond: number } | { readonly windowMs: number };

export interface TokenBucketOptions {
  readonly clock: Clock;
  /** The most that can be spent at once, or in one window; above 0. */
  readonly capacity: number;
  readonly rate: Rate;
  /** How many may wait in line; default 256. */
  readonly waitersMax?: number;
}

interface Waiter {
  readonly weight: number;
  readonly maxWaitMs: number;
  readonly deadlineMs: number;
  readonly settle: (error: AppError | null) => void;
}
