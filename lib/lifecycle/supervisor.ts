import { assert } from '../assert/assert.ts';
import type { Clock } from '../clock/clock.ts';
import { AppError, messageOf } from '../errors/app-error.ts';
import { lifecycleErrors } from './lifecycle-errors.ts';
import { withLimit } from './with-limit.ts';

/**
 * Starts the parts of a process in order and stops them in reverse, each with a time-out.
 *
 *   start   config ─▶ store ─▶ sessions ─▶ http
 *   stop                                   http ─▶ sessions ─▶ store      exactly the started ones, once
 *
 * A step that fails to start takes the started ones down again; a step that fails to stop is written down and
 * the next one is stopped all the same.
 */
export class Supervisor {
  readonly #clock: Clock;
  readonly #steps: readonly Step[];
  readonly #stopTotalLimitMs: number;
  readonly #onStep: (report: StepReport) => void;
  readonly #started: Step[] = [];
  readonly #startAbort = new AbortController();
  #isBegun = false;
  #current: Promise<StepReport> | null = null;
  #stopping: Promise<StopReport> | null = null;

  constructor(options: SupervisorOptions) {
    this.#clock = options.clock;
    this.#steps = options.steps;
    this.#stopTotalLimitMs = options.stopTotalLimitMs ?? STOP_TOTAL_LIMIT_MS;
    this.#onStep = options.onStep ?? (() => undefined);
    const names = new Set(this.#steps.map((step) => step.name));
    assert(names.size === this.#steps.length, 'every step must have a name of its own');
  }

  /** The names of the steps that are up now, in order of start. */
  get running(): readonly string[] {
    return this.#started.map((step) => step.name);
  }

  /** Rejects with STEP_START_FAILED, STEP_START_TIMED_OUT or START_INTERRUPTED after the started steps are stopped. */
  start(): Promise<readonly StepReport[]> {
    assert(!this.#isBegun, 'a supervisor starts once');
    assert(this.#stopping === null, 'a stopped supervisor does not start');
    this.#isBegun = true;
    return this.#startAll();
  }

  /** Idempotent: every call gets the same report. During the start it interrupts it first. Never rejects. */
  stop(): Promise<StopReport> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #startAll(): Promise<readonly StepReport[]> {
    const reports: StepReport[] = [];
    for (const step of this.#steps) {
      this.#current = this.#startOne(step);
      const report = await this.#current;
      this.#onStep(report);
      reports.push(report);
      if (report.outcome !== 'done') throw startError(report, await this.stop());
    }
    // A stop that came in the same moment as the end of the last step.
    if (this.#stopping !== null) throw startError({ ...reports.at(-1)!, outcome: 'interrupted' }, await this.stop());
    return reports;
  }

  async #startOne(step: Step): Promise<StepReport> {
    const signal = this.#startAbort.signal;
    if (signal.aborted) return { name: step.name, move: 'start', outcome: 'interrupted', durationMs: 0, error: null };
    const beganMs = this.#clock.monotonicMs();
    const work = attempt(() => step.start(signal));
    const { outcome, error } = await withLimit(this.#clock, work, step.startLimitMs ?? STEP_LIMIT_MS, signal);
    if (outcome === 'done') this.#started.push(step);
    // It may still come up after nobody waits for it: then it is taken down, and nobody waits for that either.
    else if (outcome !== 'failed') void work.then(() => step.stop?.()).catch(() => undefined);
    return { name: step.name, move: 'start', outcome, durationMs: this.#clock.monotonicMs() - beganMs, error };
  }

  async #stopAll(): Promise<StopReport> {
    const beganMs = this.#clock.monotonicMs();
    this.#startAbort.abort();
    // Answers at once after the abort. A failed start calls this itself, when its own step has ended.
    await this.#current;
    const stopped: StepReport[] = [];
    for (let step = this.#started.pop(); step !== undefined; step = this.#started.pop()) {
      const leftMs = this.#stopTotalLimitMs - (this.#clock.monotonicMs() - beganMs);
      const report = await this.#stopOne(step, leftMs);
      this.#onStep(report);
      stopped.push(report);
    }
    const isClean = stopped.every((report) => report.outcome === 'done');
    return { isClean, stopped, durationMs: this.#clock.monotonicMs() - beganMs };
  }

  /** With no time left in total the step still is told to stop, but nobody waits for it. */
  async #stopOne(step: Step, leftMs: number): Promise<StepReport> {
    const beganMs = this.#clock.monotonicMs();
    const work = attempt(() => step.stop?.());
    const limitMs = Math.max(0, Math.min(step.stopLimitMs ?? STEP_LIMIT_MS, leftMs));
    const { outcome, error } = await withLimit(this.#clock, work, limitMs, null);
    return { name: step.name, move: 'stop', outcome, durationMs: this.#clock.monotonicMs() - beganMs, error };
  }
}

export interface Step {
  readonly name: string;
  /** `signal` is aborted when the process is told to stop meanwhile. */
  start(signal: AbortSignal): Promise<void> | void;
  stop?(): Promise<void> | void;
  /** Default 10,000. */
  readonly startLimitMs?: number;
  /** Default 10,000. */
  readonly stopLimitMs?: number;
}

export interface SupervisorOptions {
  readonly clock: Clock;
  readonly steps: readonly Step[];
  /** The time that all stops together may take. Default 30,000. */
  readonly stopTotalLimitMs?: number;
  /** Called after every step, for the log. */
  readonly onStep?: (report: StepReport) => void;
}

export type StepOutcome = 'done' | 'failed' | 'timed-out' | 'interrupted';

export interface StepReport {
  readonly name: string;
  readonly move: 'start' | 'stop';
  readonly outcome: StepOutcome;
  readonly durationMs: number;
  /** What the step threw; null unless it failed. */
  readonly error: unknown;
}

export interface StopReport {
  readonly isClean: boolean;
  /** In order of stopping. */
  readonly stopped: readonly StepReport[];
  readonly durationMs: number;
}

const STEP_LIMIT_MS = 10_000;
const STOP_TOTAL_LIMIT_MS = 30_000;

/** A step that throws before its first await is a rejection too. */
async function attempt(run: () => Promise<void> | void): Promise<void> {
  await run();
}

function startError(report: StepReport, stop: StopReport): AppError {
  const { name: step, durationMs, error } = report;
  const stopFailures = stop.stopped.filter((each) => each.outcome !== 'done').map((each) => each.name);
  const facts = stopFailures.length === 0 ? { step } : { step, notStopped: stopFailures.join(' ') };
  if (report.outcome === 'timed-out') return new AppError(lifecycleErrors.startTimedOut, { ...facts, durationMs });
  if (report.outcome === 'interrupted') return new AppError(lifecycleErrors.startInterrupted, facts);
  return new AppError(lifecycleErrors.startFailed, { ...facts, reason: messageOf(error) }, error);
}
