/**
 * The only door to time. Rooms take a Clock, so that a test can hold it still and a
 * simulation can run ahead of the wall.
 *
 * Two times, never mixed: `wallMs` says when something happened (it may step when the system
 * clock is set); `monotonicMs` measures how long something took (it never goes back).
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  wallMs(): number;
  /** Milliseconds since an arbitrary start, with a fraction (sub-microsecond on Linux). */
  monotonicMs(): number;
  /** Calls `run` once, not before `delayMs` from now. */
  after(delayMs: number, run: () => void): Timer;
  /** Calls `run` every `periodMs`, first after one period. */
  every(periodMs: number, run: () => void): Timer;
}

export interface Timer {
  /** Idempotent; a cancelled timer never fires. */
  cancel(): void;
}

/** Resolves after `delayMs` of `clock`'s time. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}
