import { assert } from '../assert/assert.ts';
import type { Clock } from '../clock/clock.ts';
import type { LogFacts, Logger, LogLevel } from './logger.ts';

/**
 * A logger that says the same message (level and text, whatever the facts) at most once every `periodMs`.
 * The next line that passes carries the number of those that did not: `suppressed=41`.
 */
export function every(logger: Logger, clock: Clock, periodMs: number): Logger {
  assert(periodMs > 0, 'the period of a limited logger must be positive');
  return new LimitedLogger(logger, () => clock.monotonicMs(), periodMs);
}

/** A logger that says the same message once and never again. */
export function once(logger: Logger): Logger {
  return new LimitedLogger(logger, () => 0, Infinity);
}

/** More different messages than this are let through unlimited: messages are fixed sentences, so it is a bug to have them. */
const MESSAGES_MAX = 1000;

interface Heard {
  nextMs: number;
  suppressed: number;
}

class LimitedLogger implements Logger {
  readonly #logger: Logger;
  readonly #nowMs: () => number;
  readonly #periodMs: number;
  readonly #heard = new Map<string, Heard>();

  constructor(logger: Logger, nowMs: () => number, periodMs: number) {
    this.#logger = logger;
    this.#nowMs = nowMs;
    this.#periodMs = periodMs;
  }

  trace(message: string, facts?: LogFacts): void {
    this.#pass('trace', message, facts);
  }

  debug(message: string, facts?: LogFacts): void {
    this.#pass('debug', message, facts);
  }

  info(message: string, facts?: LogFacts): void {
    this.#pass('info', message, facts);
  }

  warn(message: string, facts?: LogFacts): void {
    this.#pass('warn', message, facts);
  }

  error(message: string, facts?: LogFacts): void {
    this.#pass('error', message, facts);
  }

  isEnabled(level: LogLevel): boolean {
    return this.#logger.isEnabled(level);
  }

  /** The child counts for itself, with the same period. */
  child(module: string): Logger {
    return new LimitedLogger(this.#logger.child(module), this.#nowMs, this.#periodMs);
  }

  #pass(level: LogLevel, message: string, facts: LogFacts | undefined): void {
    if (!this.#logger.isEnabled(level)) return;
    const key = `${level} ${message}`;
    const nowMs = this.#nowMs();
    const heard = this.#heard.get(key);
    if (heard === undefined) {
      if (this.#heard.size < MESSAGES_MAX) this.#heard.set(key, { nextMs: nowMs + this.#periodMs, suppressed: 0 });
      this.#logger[level](message, facts);
    } else if (nowMs < heard.nextMs) {
      heard.suppressed += 1;
    } else {
      const { suppressed } = heard;
      heard.nextMs = nowMs + this.#periodMs;
      heard.suppressed = 0;
      this.#logger[level](message, suppressed === 0 ? facts : { ...facts, suppressed });
    }
  }
}
