import { openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { pino } from 'pino';
import { AppError, messageOf } from '../errors/app-error.ts';
import type { ErrorSpec } from '../errors/app-error.ts';
import { formatHuman } from './human-format.ts';

/** Where finished lines go. */
export interface LogSink {
  write(jsonLine: string): void;
  /** Resolves when everything written so far has left the process; never rejects. */
  flush(): Promise<void>;
  flushSync(): void;
  /** Lines that were thrown away because nobody took them. */
  readonly dropped: number;
}

/** A place to write in a test, or a part that shows log lines itself. */
export interface LineTaker {
  write(line: string): unknown;
}

export const logErrors = {
  unwritable: { code: 'LOG_UNWRITABLE', severity: 'halt', message: 'the log file cannot be opened' },
} as const satisfies Record<string, ErrorSpec>;

export type LogFormat = 'json' | 'human' | 'auto';

/** `auto` is human on a terminal and JSON elsewhere. A file is created when it is missing, and appended to. */
export function openLogSink(destination: number | string | LineTaker, format: LogFormat): LogSink {
  if (typeof destination === 'object') return new TakerSink(destination, format === 'human');
  const fd = typeof destination === 'number' ? destination : openFile(destination);
  return new FdSink(fd, format === 'human' || (format === 'auto' && isatty(fd)));
}

class TakerSink implements LogSink {
  readonly dropped = 0;
  readonly #taker: LineTaker;
  readonly #isHuman: boolean;

  constructor(taker: LineTaker, isHuman: boolean) {
    this.#taker = taker;
    this.#isHuman = isHuman;
  }

  write(jsonLine: string): void {
    this.#taker.write(this.#isHuman ? formatHuman(jsonLine) : jsonLine);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  flushSync(): void {
    // Nothing is held back.
  }
}

/**
 * Asynchronous and bounded: a terminal or a pipe whose reader stands still must not stop the market data.
 * pino's destination flushes what is left when the process exits.
 */
class FdSink implements LogSink {
  dropped = 0;
  readonly #stream: ReturnType<typeof pino.destination>;
  readonly #isHuman: boolean;

  constructor(fd: number, isHuman: boolean) {
    this.#isHuman = isHuman;
    this.#stream = pino.destination({ fd, sync: false, minLength: 0, maxLength: BUFFER_LENGTH_MAX });
    this.#stream.on('drop', () => {
      this.dropped += 1;
    });
    // There is no place left to tell that the log itself fails (disk full, reader gone): the lines are lost, the process is not.
    this.#stream.on('error', () => {
      this.dropped += 1;
    });
  }

  write(jsonLine: string): void {
    this.#stream.write(this.#isHuman ? formatHuman(jsonLine) : jsonLine);
  }

  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.flush(() => resolve());
    });
  }

  flushSync(): void {
    try {
      this.#stream.flushSync();
    } catch {
      this.dropped += 1;
    }
  }
}

/** Characters that may wait for a slow reader; beyond that, lines are dropped and counted. */
const BUFFER_LENGTH_MAX = 8 * 1024 * 1024;

function openFile(file: string): number {
  try {
    return openSync(file, 'a');
  } catch (thrown) {
    throw new AppError(logErrors.unwritable, { file, reason: messageOf(thrown) }, thrown);
  }
}
