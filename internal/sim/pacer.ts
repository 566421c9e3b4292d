import { assert } from '../../lib/assert/assert.ts';
import type { Clock, Timer } from '../../lib/clock/clock.ts';
import type { SimulatedVenue } from './simulated-venue.ts';

const BEAT_MS = 10;
/** After a stall (a debugger, a busy machine) so much of it is made up for; the rest did not happen. */
const CATCH_UP_MS_MAX = 250;
/** An action makes about one frame; a venue whose actions make none must not hold the process. */
const STEPS_PER_FRAME_MAX = 20;

/**
 * Lets a venue's time pass: every 10 ms as many actions as it takes to have said `framesPerSecond` so far.
 *
 *   owed frames:  + elapsed · rate   − what was due anyway   − what each action made   ▶ stop at 0
 *
 * What is said beyond the debt (a batch, a sweep) is taken off the next beats.
 */
export class Pacer {
  readonly #venue: SimulatedVenue;
  readonly #clock: Clock;
  readonly #framesPerSecond: number;
  #timer: Timer | null = null;
  #lastMs = 0;
  #owed = 0;

  constructor(venue: SimulatedVenue, clock: Clock, framesPerSecond: number) {
    assert(framesPerSecond > 0, 'a pace is positive');
    this.#venue = venue;
    this.#clock = clock;
    this.#framesPerSecond = framesPerSecond;
  }

  get isRunning(): boolean {
    return this.#timer !== null;
  }

  start(): void {
    if (this.#timer !== null) return;
    this.#lastMs = this.#clock.monotonicMs();
    this.#timer = this.#clock.every(BEAT_MS, () => this.#beat());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #beat(): void {
    const nowMs = this.#clock.monotonicMs();
    const elapsedMs = Math.min(nowMs - this.#lastMs, CATCH_UP_MS_MAX);
    this.#lastMs = nowMs;
    const wallMs = this.#clock.wallMs();
    this.#owed += (elapsedMs * this.#framesPerSecond) / 1_000 - this.#venue.beat(wallMs);
    let stepsLeft = Math.ceil(this.#owed) * STEPS_PER_FRAME_MAX;
    for (; this.#owed > 0 && stepsLeft > 0; stepsLeft -= 1) this.#owed -= this.#venue.step(wallMs);
  }
}
