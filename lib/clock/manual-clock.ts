import { assert } from '../assert/assert.ts';
import type { Clock, Timer } from './clock.ts';

interface Alarm {
  dueMs: number;
  readonly order: number;
  readonly periodMs: number;
  readonly run: () => void;
}

/** Time that moves only when told to: due timers fire in order, each at its own moment. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #alarmCount = 0;
  readonly #startWallMs: number;
  readonly #alarms = new Set<Alarm>();

  constructor(startWallMs = 1_700_000_000_000) {
    this.#startWallMs = startWallMs;
  }

  /** How many timers wait: a test of "nothing left behind" asks for 0. */
  get pendingTimers(): number {
    return this.#alarms.size;
  }

  wallMs(): number {
    return this.#startWallMs + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#set(delayMs, 0, run);
  }

  every(periodMs: number, run: () => void): Timer {
    assert(periodMs > 0, 'a period must be positive');
    return this.#set(periodMs, periodMs, run);
  }

  advance(deltaMs: number): void {
    assert(deltaMs >= 0, 'time does not go back');
    const endMs = this.#nowMs + deltaMs;
    for (let next = this.#next(endMs); next !== null; next = this.#next(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      if (next.periodMs > 0) next.dueMs += next.periodMs;
      else this.#alarms.delete(next);
      next.run();
    }
    this.#nowMs = endMs;
  }

  #set(delayMs: number, periodMs: number, run: () => void): Timer {
    this.#alarmCount += 1;
    const alarm: Alarm = { dueMs: this.#nowMs + Math.max(delayMs, 0), order: this.#alarmCount, periodMs, run };
    this.#alarms.add(alarm);
    return { cancel: () => void this.#alarms.delete(alarm) };
  }

  #next(endMs: number): Alarm | null {
    let best: Alarm | null = null;
    for (const alarm of this.#alarms) {
      if (alarm.dueMs > endMs) continue;
      if (best === null || alarm.dueMs < best.dueMs || (alarm.dueMs === best.dueMs && alarm.order < best.order)) best = alarm;
    }
    return best;
  }
}
