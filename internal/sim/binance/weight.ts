import type { Clock } from '../../../lib/clock/clock.ts';

const WINDOW_MS = 60_000;

/** Request weight per minute of the wall clock ("aligned to the wall clock, minute starts at :00"), of all callers together. */
export class WeightMinute {
  readonly weightMax: number;
  readonly #clock: Clock;
  #window = -1;
  #used = 0;

  constructor(clock: Clock, weightMax: number) {
    this.#clock = clock;
    this.weightMax = weightMax;
  }

  /** Including what was refused: the venue counts on. */
  get used(): number {
    return this.#used;
  }

  /** Whole seconds until the next minute, at least 1. */
  get secondsLeft(): number {
    return Math.max(1, Math.ceil((WINDOW_MS - (this.#clock.wallMs() % WINDOW_MS)) / 1_000));
  }

  /** Counts a request; false when the minute is used up. */
  take(weight: number): boolean {
    const window = Math.floor(this.#clock.wallMs() / WINDOW_MS);
    if (window !== this.#window) this.#used = 0;
    this.#window = window;
    this.#used += weight;
    return this.#used <= this.weightMax;
  }
}
