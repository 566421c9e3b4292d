import { openSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Clock } from '../clock/clock.ts';
import { AppError, messageOf } from '../errors/app-error.ts';
import type { ErrorSpec } from '../errors/app-error.ts';
import { FdSink } from './fd-sink.ts';
import { formatHuman } from './human-format.ts';

/** Where finished lines go. */
export interface LogSink {
  /** Lines that were thrown away because nobody took them. */
  readonly dropped: number;
  write(line: string): void;
  /** Resolves when everything written so far has left the process; never rejects. */
  flush(): Promise<void>;
  flushSync(): void;
  close(): Promise<void>;
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
export function openLogSink(destination: number | string | LineTaker, format: LogFormat, clock: Clock): LogSink {
  if (typeof destination === 'object') return format === 'human' ? new HumanSink(new TakerSink(destination)) : new TakerSink(destination);
  const isOwn = typeof destination === 'string';
  const fd = isOwn ? openFile(destination) : destination;
  const sink = new FdSink(fd, isOwn, clock);
  return format === 'human' || (format === 'auto' && isatty(fd)) ? new HumanSink(sink) : sink;
}

/** Rewrites JSON lines for people on their way to another sink. */
class HumanSink implements LogSink {
  readonly #sink: LogSink;

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  get dropped(): number {
    return this.#sink.dropped;
  }

  write(line: string): void {
    this.#sink.write(formatHuman(line));
  }

  flush(): Promise<void> {
    return this.#sink.flush();
  }

  flushSync(): void {
    this.#sink.flushSync();
  }

  close(): Promise<void> {
    return this.#sink.close();
  }
}

/** Hands every line over at once, so that there is nothing to flush. */
class TakerSink implements LogSink {
  readonly dropped = 0;
  readonly #taker: LineTaker;

  constructor(taker: LineTaker) {
    this.#taker = taker;
  }

  write(line: string): void {
    this.#taker.write(line);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  flushSync(): void {
    // Nothing is held back.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function openFile(file: string): number {
  try {
    return openSync(file, 'a');
  } catch (thrown) {
    throw new AppError(logErrors.unwritable, { file, reason: messageOf(thrown) }, thrown);
  }
}
