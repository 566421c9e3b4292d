import { PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';

export interface Pauses {
  readonly count: number;
  readonly totalMs: number;
}

/** Sees every pause that the garbage collector makes in this process. */
export class PauseWatch {
  #seen: PerformanceEntry[] = [];

  constructor() {
    new PerformanceObserver((list) => this.#seen.push(...list.getEntries())).observe({ entryTypes: ['gc'] });
  }

  /** Those that began between two times of `performance.now`; earlier ones are forgotten. */
  async between(startMs: number, endMs: number): Promise<Pauses> {
    // Node hands a pause to its observers in the turn after the next.
    await nextTurn();
    await nextTurn();
    const within = this.#seen.filter(({ startTime }) => startTime >= startMs && startTime < endMs);
    this.#seen = [];
    return { count: within.length, totalMs: within.reduce((sum, { duration }) => sum + duration, 0) };
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
