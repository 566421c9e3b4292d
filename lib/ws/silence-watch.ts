import type { Clock, Timer } from '../clock/clock.ts';

const looksPerSilence = 4;

/**
 * Notices that a peer has gone silent: a dead connection raises no event of its own.
 *
 *   heard() ── count += 1          on every frame: no clock is read
 *   every silenceMs / 4: the same count as at the last look? After four such looks: silence.
 *
 * Counting looks and not milliseconds has a second use: when our own process was stopped for a
 * minute, that is one look, and the frames that waited in the kernel are read before the next.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #silenceMs: number;
  readonly #onSilence: () => void;
  #timer: Timer | null = null;
  #isPaused = false;
  #heardCount = 0;
  #heardCountSeen = 0;
  #quietLooks = 0;

  /**
   * @param silenceMs detection comes after this and at most a quarter more; 0 never
   * @param onSilence called once; the watch has then stopped
   */
  constructor(clock: Clock, silenceMs: number, onSilence: () => void) {
    this.#clock = clock;
    this.#silenceMs = silenceMs;
    this.#onSilence = onSilence;
  }

  heard(): void {
    this.#heardCount += 1;
  }

  start(isPaused: boolean): void {
    this.stop();
    this.#isPaused = isPaused;
    this.#quietLooks = 0;
    if (this.#silenceMs > 0) this.#timer = this.#clock.every(this.#silenceMs / looksPerSilence, () => this.#look());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** While paused nobody listens, so silence says nothing. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    // As if something had just come: the peer gets its whole time again.
    this.#heardCount += 1;
  }

  #look(): void {
    const isQuiet = this.#heardCount === this.#heardCountSeen && !this.#isPaused;
    this.#heardCountSeen = this.#heardCount;
    this.#quietLooks = isQuiet ? this.#quietLooks + 1 : 0;
    if (this.#quietLooks < looksPerSilence) return;
    this.stop();
    this.#onSilence();
  }
}
