import type { Clock } from './clock.ts';

/**
 * When something was received, read once for all messages that are handed over in one synchronous run: they came out of the
 * socket together, and a reading of both clocks costs as much as decoding a small frame.
 *
 *   message ─ read() ─▶ message ─ read() ─▶ … ─▶ end of the run: the next one reads anew
 */
export class Receipt {
  /** Wall clock, microseconds since 1970. */
  timeUs = 0;
  /** The same moment on the monotonic clock, milliseconds with a fraction. */
  monotonicMs = 0;
  readonly #clock: Clock;
  #isRead = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sets both fields to now, unless that was done earlier in the same synchronous run. */
  read(): void {
    if (this.#isRead) return;
    this.#isRead = true;
    this.timeUs = this.#clock.wallMs() * 1_000;
    this.monotonicMs = this.#clock.monotonicMs();
    queueMicrotask(this.#forget);
  }

  readonly #forget = (): void => {
    this.#isRead = false;
  };
}
