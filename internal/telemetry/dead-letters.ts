import type { Clock } from '../../lib/clock/clock.ts';
import type { Logger } from '../../lib/log/logger.ts';
import { printable } from '../../lib/log/printable.ts';
import type { DeadLetters } from '../ports/dead-letters.ts';

export interface DeadLetter {
  readonly atWallMs: number;
  readonly reason: string;
  readonly provider: string;
  readonly detail: string;
  /** The first 64 KiB. */
  readonly data: Buffer;
}

/** A dead letter as the report shows it. */
export interface DeadLetterRow {
  /** ISO 8601, wall clock. */
  readonly at: string;
  readonly reason: string;
  readonly provider: string;
  readonly detail: string;
  /** The first 200 bytes as text, control characters escaped. */
  readonly begins: string;
}

const ROWS_MAX = 20;
const ROW_BYTES = 200;
const KEPT_MAX = 100;
const BYTES_MAX = 65_536;
/** One log line per reason and provider in this time; the count tells the rest. */
const LOG_INTERVAL_MS = 10_000;

/** Counts what nobody could read, by reason, and keeps the newest hundred with their bytes. */
export class DeadLetterBox implements DeadLetters {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #counts = new Map<string, number>();
  readonly #kept: DeadLetter[] = [];
  readonly #loggedMs = new Map<string, number>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** How many, by reason. Reasons are fixed phrases of ours, so there are few. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  /** The newest, oldest first. */
  get kept(): readonly DeadLetter[] {
    return this.#kept;
  }

  /** For the report: the newest twenty, the newest first. */
  rows(): DeadLetterRow[] {
    return this.#kept.slice(-ROWS_MAX).reverse().map(({ atWallMs, reason, provider, detail, data }) => ({
      at: new Date(atWallMs).toISOString(),
      reason,
      provider,
      detail: printable(detail),
      begins: printable(data.subarray(0, ROW_BYTES).toString()),
    }));
  }

  put(reason: string, provider: string, detail: string, data: Buffer): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    if (this.#kept.length === KEPT_MAX) this.#kept.shift();
    // A copy: the bytes may be a view of a whole chunk of the socket, which would stay alive with it.
    this.#kept.push({ atWallMs: this.#clock.wallMs(), reason, provider, detail, data: Buffer.from(data.subarray(0, BYTES_MAX)) });
    const key = `${reason} ${provider}`;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - (this.#loggedMs.get(key) ?? -Infinity) < LOG_INTERVAL_MS) return;
    this.#loggedMs.set(key, nowMs);
    this.#log.warn('dead letter', { reason, provider, detail, count: this.#counts.get(reason), begins: data.subarray(0, 80).toString() });
  }
}
