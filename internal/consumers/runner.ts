import type { Clock, Timer } from '../../lib/clock/clock.ts';
import { AppError } from '../../lib/errors/app-error.ts';
import { withLimit } from '../../lib/lifecycle/with-limit.ts';
import { every } from '../../lib/log/limited-logger.ts';
import type { Logger } from '../../lib/log/logger.ts';
import { Histogram } from '../../lib/metrics/histogram.ts';
import { errors } from '../../schemas/errors.ts';
import { eventTypeNames, type CanonicalEvent } from '../../schemas/events/event.ts';
import type { Letters } from '../ports/letters.ts';
import { handlersOf, type HandlerSlot } from './handlers.ts';
import type { Plugin, PluginContext } from './plugin.ts';
import { describeThrown, isThenable, placeOfThrown } from './thrown.ts';

export interface RunnerLimits {
  /** Events per turn of the event loop, so that I/O is never starved. */
  readonly batchMax: number;
  /** Time per turn: the event at work is finished, the next one waits for the next turn. */
  readonly turnMsMax: number;
  /** Failures of one handler in a row after which the consumer is suspended; and faults outside of all handlers, in a row or not. */
  readonly failuresInRowMax: number;
  /** How long a handler's promise may stay open before the consumer is suspended. */
  readonly handlerTimeoutMs: number;
}

export const defaultRunnerLimits: RunnerLimits = { batchMax: 4_096, turnMsMax: 5, failuresInRowMax: 100, handlerTimeoutMs: 30_000 };

export type ConsumerState = 'starting' | 'running' | 'suspended' | 'stopped';

/**
 * One consumer at work: takes events out of its mailbox and gives them to the plugin's handlers, one at a time.
 *
 *   offer ─▶ mailbox ─ onMail ─▶ microtask ─▶ batch (5 ms) ─▶ setImmediate ─▶ batch … ─▶ idle
 *                                                │
 *                                   handler of the type, then onEvent; waits only where a promise came back
 *
 * Nothing a plugin does comes out of here: what it throws is counted, and what never ends is cut off.
 */
export class Runner {
  readonly id: string;
  readonly plugin: Plugin;
  /** From the receipt of the frame to the entry of the handler. */
  readonly latencyUs = new Histogram();
  deliveredTotal = 0;
  readonly #context: PluginContext;
  readonly #letters: Letters;
  readonly #clock: Clock;
  readonly #limits: RunnerLimits;
  readonly #logger: Logger;
  readonly #limitedLogger: Logger;
  readonly #slots: readonly HandlerSlot[];
  readonly #slotOfType: readonly (HandlerSlot | null)[];
  readonly #onEventSlot: HandlerSlot | null;
  #strayFaults = 0;
  #state: ConsumerState = 'starting';
  #reason = '';
  /** A batch is under way, or a promise of a handler is open. */
  #isAtWork = false;
  #isTurnQueued = false;
  #isClosed = false;
  #budget = 0;
  /** Events between two looks at the clock: 16 while handlers are fast, 1 while they are not. */
  #stride = 1;
  #untilLook = 1;
  #fastLooks = 0;
  #turnStartedMs = 0;
  #nowMs = 0;
  /** Whose promise is open; null when none is. */
  #waitsFor: HandlerSlot | null = null;
  #waitsSinceMs = 0;
  /** Grows with every wait and when one is given up, so that a promise that settles too late is known. */
  #waitNumber = 0;
  #watch: Timer | null = null;
  #idleListener: () => void = nobody;
  #ending: Promise<void> | null = null;
  readonly #idleWaiters: (() => void)[] = [];

  constructor(options: RunnerOptions) {
    this.id = options.id;
    this.plugin = options.plugin;
    this.#context = options.context;
    this.#letters = options.letters;
    this.#clock = options.clock;
    this.#limits = options.limits;
    this.#logger = options.logger;
    this.#limitedLogger = every(options.logger, options.clock, LOG_PERIOD_MS);
    const handlers = handlersOf(options.plugin);
    this.#slots = handlers.all;
    this.#slotOfType = eventTypeNames.map((_, type) => handlers.ofType[type] ?? null);
    this.#onEventSlot = handlers.onEvent;
  }

  get state(): ConsumerState {
    return this.#state;
  }

  /** Why it was suspended; '' while it was not. */
  get reason(): string {
    return this.#reason;
  }

  get errorsTotal(): number {
    return this.#slots.reduce((sum, slot) => sum + slot.errorsTotal, this.#strayFaults);
  }

  /** Errors by handler, only handlers that the plugin has; `outside` is what its timers threw and promises that nobody held. */
  get errorsByHandler(): Readonly<Record<string, number>> {
    const errors: Record<string, number> = Object.fromEntries(this.#slots.map((slot) => [slot.name, slot.errorsTotal]));
    return this.#strayFaults === 0 ? errors : { ...errors, outside: this.#strayFaults };
  }

  /** No handler is at work and no event waits for one. A suspended or stopped consumer waits for nothing. */
  get isIdle(): boolean {
    if (this.#state === 'suspended' || this.#state === 'stopped') return true;
    return !this.#isAtWork && this.#letters.size === 0;
  }

  /** Called each time it becomes idle. Replaces the former listener. */
  onIdle(listener: () => void): void {
    this.#idleListener = listener;
  }

  whenIdle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => void this.#idleWaiters.push(resolve));
  }

  /** @throws AppError PLUGIN_START when the plugin's start throws, rejects, or takes longer than the limit. */
  async start(limitMs: number): Promise<void> {
    const { outcome, error } = await this.#callOnce('start', limitMs);
    if (outcome !== 'done') {
      const reason = outcome === 'failed' ? describeThrown(error) : `start did not settle within ${limitMs} ms`;
      throw new AppError(errors.pluginStart, { consumer: this.id, reason }, error ?? undefined);
    }
    if (this.#state !== 'starting') return;
    this.#state = 'running';
    this.#letters.onMail(this.#wake);
    if (this.#letters.size > 0) this.#wake();
    else this.#tellIdle();
  }

  /** Nothing more is delivered, now and later; `stop` still calls the plugin's stop. */
  suspend(reason: string): void {
    if (this.#state === 'suspended' || this.#state === 'stopped') return;
    this.#state = 'suspended';
    this.#reason = reason;
    this.#closeLetters();
    this.#logger.error('consumer suspended', { consumer: this.id, reason, delivered: this.deliveredTotal, errors: this.errorsTotal });
    // Inside a handler the batch ends by itself when the handler comes back.
    if (this.#waitsFor !== null || !this.#isAtWork) this.#endWork();
  }

  /** The plugin's code failed where nobody called it. */
  takeStrayFault(thrown: unknown): void {
    this.#strayFaults += 1;
    const reason = describeThrown(thrown);
    this.#limitedLogger.error('plugin failed outside its handlers', { consumer: this.id, errors: this.#strayFaults, reason, at: placeOfThrown(thrown) });
    if (this.#strayFaults >= this.#limits.failuresInRowMax) this.suspend(`failed ${this.#strayFaults} times outside its handlers, the last time with: ${reason}`);
  }

  /** Resolves when the mailbox is empty and the handlers are done, or after the limit. Events still arrive as before. */
  async drain(limitMs: number): Promise<void> {
    if (!this.isIdle) await withLimit(this.#clock, this.whenIdle(), limitMs, null);
  }

  /** Drains within the limit, then ends, again within the limit. Never rejects. */
  async stop(limitMs: number): Promise<void> {
    if (this.#state === 'running') await this.drain(limitMs);
    await this.end(limitMs);
  }

  /** Closes the mailbox with what is left in it, and calls the plugin's stop if it was started. Never rejects. */
  end(limitMs: number): Promise<void> {
    this.#ending ??= this.#end(limitMs);
    return this.#ending;
  }

  async #end(limitMs: number): Promise<void> {
    const hasStarted = this.#state !== 'starting';
    if (this.#state !== 'suspended') {
      const left = this.#letters.size;
      if (left > 0) this.#logger.warn('consumer stopped with events left', { consumer: this.id, left });
      this.#state = 'stopped';
      this.#closeLetters();
      if (this.#waitsFor !== null || !this.#isAtWork) this.#endWork();
    }
    if (!hasStarted) return;
    const { outcome, error } = await this.#callOnce('stop', limitMs);
    if (outcome === 'failed') this.#logger.error('plugin failed to stop', { consumer: this.id, reason: describeThrown(error) });
    if (outcome === 'timed-out') this.#logger.error('plugin did not stop in time', { consumer: this.id, limitMs });
  }

  readonly #wake = (): void => {
    if (this.#isAtWork || this.#isTurnQueued || this.#state !== 'running') return;
    this.#isTurnQueued = true;
    queueMicrotask(this.#turn);
  };

  readonly #turn = (): void => {
    this.#isTurnQueued = false;
    if (this.#state !== 'running') return;
    this.#budget = this.#limits.batchMax;
    this.#nowMs = this.#clock.monotonicMs();
    this.#turnStartedMs = this.#nowMs;
    this.#untilLook = this.#stride;
    this.#work();
  };

  /** The hot loop: no allocation per event, and one look at the clock per 16 of them as long as those take no time to speak of. */
  #work(): void {
    this.#isAtWork = true;
    while (this.#budget > 0 && this.#nowMs - this.#turnStartedMs <= this.#limits.turnMsMax) {
      if (this.#untilLook === 0) {
        this.#look();
        continue;
      }
      const event = this.#letters.take();
      if (event === null) break;
      this.#budget -= 1;
      this.#untilLook -= 1;
      this.latencyUs.record((this.#nowMs - event.receivedMonotonicMs) * 1000);
      this.deliveredTotal += 1;
      const slot = this.#slotOfType[event.type]!;
      if (slot !== null && !this.#call(slot, event, true)) break;
      if (this.#onEventSlot !== null && !this.#call(this.#onEventSlot, event, false)) break;
    }
    if (this.#waitsFor !== null) return;
    if (this.#untilLook < this.#stride) this.#look();
    this.#endWork();
  }

  /** Ends a stride, which may be a short one: from how long its events took follows how soon to look again. */
  #look(): void {
    const events = this.#stride - this.#untilLook;
    const nowMs = this.#clock.monotonicMs();
    this.#fastLooks = nowMs - this.#nowMs > events * FAST_MS ? 0 : this.#fastLooks + 1;
    this.#stride = this.#fastLooks < FAST_LOOKS_MIN ? 1 : STRIDE_MAX;
    this.#untilLook = this.#stride;
    this.#nowMs = nowMs;
  }

  /** False ends the batch: a promise is open, or the consumer is suspended. */
  #call(slot: HandlerSlot, event: CanonicalEvent, isOnEventNext: boolean): boolean {
    try {
      const answer = slot.handler.call(this.plugin, event, this.#context);
      if (isThenable(answer)) {
        this.#waitFor(slot, answer, isOnEventNext ? event : null);
        return false;
      }
    } catch (thrown) {
      this.#countFailure(slot, thrown);
      return this.#state === 'running';
    }
    slot.failuresInRow = 0;
    return this.#state === 'running';
  }

  #waitFor(slot: HandlerSlot, answer: PromiseLike<unknown>, eventForOnEvent: CanonicalEvent | null): void {
    this.#waitNumber += 1;
    const waitNumber = this.#waitNumber;
    this.#waitsFor = slot;
    this.#waitsSinceMs = this.#clock.monotonicMs();
    this.#watch ??= this.#clock.after(this.#limits.handlerTimeoutMs, this.#checkWait);
    // A foreign `then` may throw, call back twice or at once: a promise of ours makes one answer of it, later.
    new Promise((resolve) => resolve(answer)).then(
      () => this.#settle(waitNumber, slot, eventForOnEvent, true, null),
      (thrown: unknown) => this.#settle(waitNumber, slot, eventForOnEvent, false, thrown),
    );
  }

  #settle(waitNumber: number, slot: HandlerSlot, event: CanonicalEvent | null, isDone: boolean, thrown: unknown): void {
    if (waitNumber !== this.#waitNumber || this.#waitsFor === null) return;
    this.#waitsFor = null;
    this.#nowMs = this.#clock.monotonicMs();
    this.#untilLook = this.#stride;
    if (isDone) slot.failuresInRow = 0;
    else this.#countFailure(slot, thrown);
    if (this.#state !== 'running') return this.#endWork();
    if (event !== null && this.#onEventSlot !== null && !this.#call(this.#onEventSlot, event, false)) {
      if (this.#waitsFor === null) this.#endWork();
      return;
    }
    this.#work();
  }

  /** One timer for all promises: it looks how old the open one is and comes back when that could be too old. */
  readonly #checkWait = (): void => {
    this.#watch = null;
    if (this.#waitsFor === null) return;
    const leftMs = this.#waitsSinceMs + this.#limits.handlerTimeoutMs - this.#clock.monotonicMs();
    if (leftMs > 0) this.#watch = this.#clock.after(leftMs, this.#checkWait);
    else this.suspend(`${this.#waitsFor.name} did not settle within ${this.#limits.handlerTimeoutMs} ms`);
  };

  #countFailure(slot: HandlerSlot, thrown: unknown): void {
    slot.errorsTotal += 1;
    slot.failuresInRow += 1;
    const reason = describeThrown(thrown);
    this.#limitedLogger.error(slot.failureMessage, { consumer: this.id, errors: slot.errorsTotal, reason, at: placeOfThrown(thrown) });
    if (slot.failuresInRow >= this.#limits.failuresInRowMax) this.suspend(`${slot.name} failed ${slot.failuresInRow} times in a row, the last time with: ${reason}`);
  }

  #endWork(): void {
    this.#isAtWork = false;
    if (this.#waitsFor !== null) {
      this.#waitsFor = null;
      this.#waitNumber += 1;
    }
    if (this.#state !== 'running') {
      this.#watch?.cancel();
      this.#watch = null;
    } else if (this.#letters.size > 0) {
      this.#isTurnQueued = true;
      setImmediate(this.#turn);
      return;
    }
    this.#tellIdle();
  }

  #tellIdle(): void {
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
    this.#idleListener();
  }

  #closeLetters(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#letters.close();
  }

  #callOnce(method: 'start' | 'stop', limitMs: number): ReturnType<typeof withLimit> {
    return withLimit(this.#clock, new Promise<void>((resolve) => resolve(this.plugin[method]?.(this.#context))), limitMs, null);
  }
}

export interface RunnerOptions {
  readonly id: string;
  readonly plugin: Plugin;
  readonly context: PluginContext;
  readonly letters: Letters;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: RunnerLimits;
}

const LOG_PERIOD_MS = 10_000;
/** The most latency can be wrong by, and a turn too long by, is what 16 fast events take: 1 ms; and once what 16 slow ones take that follow. */
const STRIDE_MAX = 16;
const FAST_MS = 1 / STRIDE_MAX;
/** Fast looks in a row after which handlers count as fast again. */
const FAST_LOOKS_MIN = 16;

function nobody(): void {
  // Nobody listens.
}
