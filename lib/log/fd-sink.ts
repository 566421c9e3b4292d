import { closeSync, write, writeSync } from 'node:fs';
import type { Clock, Timer } from '../clock/clock.ts';
import { codeOf } from '../errors/app-error.ts';

/**
 * Writes lines to a file descriptor in the background: a terminal or a pipe whose reader stands still must not stop
 * the market data.
 *
 *   lines of one turn ─▶ waiting (bounded) ─▶ one write at a time ─▶ fd
 *
 * pino's own destination starts a write at once, and then has nothing to hand out when the process must leave in the
 * same turn; and its `flush` answers before the write is done.
 */
export class FdSink {
  readonly #fd: number;
  readonly #isOwn: boolean;
  readonly #clock: Clock;
  #waiting: string[] = [];
  #waitingLength = 0;
  #dropped = 0;
  /** From the first line of a turn until nothing waits any more. */
  #isBusy = false;
  /** The retry of a write that found the pipe full. */
  #retry: Timer | null = null;
  #isWriting = false;
  #isClosed = false;
  readonly #flushers = new Set<() => void>();
  readonly #onExit = (): void => this.flushSync();

  /** An own descriptor is closed with the sink, a given one (stderr) is left alone. */
  constructor(fd: number, isOwn: boolean, clock: Clock) {
    this.#fd = fd;
    this.#isOwn = isOwn;
    this.#clock = clock;
    process.on('exit', this.#onExit);
  }

  /** Lines thrown away: the reader stood still for too long, the file failed, or they came after `close`. */
  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    if (this.#isClosed || this.#waitingLength >= WAITING_LENGTH_MAX) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    if (this.#isBusy) return;
    this.#isBusy = true;
    setImmediate(() => this.#writeBatch());
  }

  /** Resolves when everything written so far has left the process, or after two seconds: a stopped reader must not stop a stop. */
  flush(): Promise<void> {
    if (!this.#isBusy) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        limit.cancel();
        this.#flushers.delete(finish);
        resolve();
      };
      const limit = this.#clock.after(FLUSH_LIMIT_MS, finish);
      this.#flushers.add(finish);
    });
  }

  /** Writes what waits, now. What is under way in the background is finished by the system, also by an exit. */
  flushSync(): void {
    const lines = this.#take();
    let bytes = Buffer.from(lines.join(''));
    let triesLeft = SYNC_TRIES_MAX;
    while (bytes.length > 0 && triesLeft > 0) {
      try {
        bytes = bytes.subarray(writeSync(this.#fd, bytes));
      } catch (thrown) {
        // A full pipe may be read in a moment; there is no way to sleep, and no reason to try for long.
        triesLeft = isFullPipe(thrown) ? triesLeft - 1 : 0;
        if (triesLeft === 0) this.#dropped += lines.length;
      }
    }
  }

  async close(): Promise<void> {
    await this.flush();
    process.off('exit', this.#onExit);
    this.#retry?.cancel();
    this.#isClosed = true;
    this.#dropped += this.#take().length;
    // A write under way ends first: the number of a closed descriptor is soon that of another file.
    if (this.#isOwn && !this.#isWriting) closeSync(this.#fd);
  }

  #writeBatch(): void {
    const lines = this.#take();
    if (lines.length > 0) this.#write(Buffer.from(lines.join('')), lines.length);
    else this.#rest();
  }

  #write(bytes: Buffer, lineCount: number): void {
    this.#isWriting = true;
    write(this.#fd, bytes, (error, written) => {
      this.#isWriting = false;
      if (this.#isClosed) {
        if (error !== null || written < bytes.length) this.#dropped += lineCount;
        if (this.#isOwn) closeSync(this.#fd);
      } else if (error === null && written < bytes.length) this.#write(bytes.subarray(written), lineCount);
      else if (isFullPipe(error)) this.#retry = this.#clock.after(RETRY_MS, () => this.#write(bytes, lineCount));
      else {
        // There is no place left to tell that the log itself fails: the lines are lost, the process is not.
        if (error !== null) this.#dropped += lineCount;
        this.#writeBatch();
      }
    });
  }

  #rest(): void {
    this.#isBusy = false;
    for (const finish of this.#flushers) finish();
  }

  #take(): readonly string[] {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#waitingLength = 0;
    return lines;
  }
}

/** Characters that may wait for a slow reader; beyond that, lines are dropped and counted. */
const WAITING_LENGTH_MAX = 8 * 1024 * 1024;
const RETRY_MS = 10;
const FLUSH_LIMIT_MS = 2000;
const SYNC_TRIES_MAX = 100;

function isFullPipe(thrown: unknown): boolean {
  return codeOf(thrown) === 'EAGAIN';
}
