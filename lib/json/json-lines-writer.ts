import { AppError, messageOf } from '../errors/app-error.ts';
import { jsonErrors } from './json-errors.ts';
import { openLineOutput } from './line-output.ts';
import type { LineOutput } from './line-output.ts';

/**
 * Appends lines to a `.jsonl` or `.jsonl.gz` file, never in the way of its caller.
 *
 *   write(text) ─▶ buffer (bounded) ─▶ one batch at a time ─▶ (gzip) ─▶ file
 *
 * A plain file that ends in a torn line gets a line end first, so that the new lines stay whole. A compressed file
 * gets a new gzip member; after a crash start a new file instead, because nothing behind a torn member can be read.
 */
export class JsonLinesWriter {
  readonly file: string;
  readonly #bufferLengthMax: number;
  readonly #onError: (error: AppError) => void;
  #lines: string[] = [];
  /** Waiting and under way. */
  #bufferedLength = 0;
  #written = 0;
  #refused = 0;
  #output: LineOutput | null = null;
  /** The run that empties the buffer; null while there is nothing to do. Never rejects. */
  #pump: Promise<void> | null = null;
  #drainers: (() => void)[] = [];
  #isFailed = false;
  #closing: Promise<void> | null = null;

  constructor(options: JsonLinesWriterOptions) {
    this.file = options.file;
    this.#bufferLengthMax = options.bufferLengthMax ?? BUFFER_LENGTH_MAX;
    this.#onError = options.onError;
  }

  /** Lines that were handed to the file. */
  get written(): number {
    return this.#written;
  }

  /** Lines that were not taken, or taken and lost by a write error. */
  get refused(): number {
    return this.#refused;
  }

  /** `text` is one line without line end. False: not taken, because the buffer is full, the file failed or was closed. Never throws. */
  write(text: string): boolean {
    if (this.#isFailed || this.#closing !== null || this.#bufferedLength >= this.#bufferLengthMax) {
      this.#refused += 1;
      return false;
    }
    this.#lines.push(text);
    this.#bufferedLength += text.length + 1;
    this.#pump ??= this.#run();
    return true;
  }

  /** Resolves when the buffer has room: at once, or after a batch. After an error too, so that nobody hangs. */
  drain(): Promise<void> {
    if (this.#bufferedLength < this.#bufferLengthMax) return Promise.resolve();
    return new Promise((resolve) => this.#drainers.push(resolve));
  }

  /** Resolves when every line taken so far can be read from the file, also if this process crashes now. Never rejects. */
  async flush(): Promise<void> {
    while (this.#pump !== null) await this.#pump;
    await this.#output?.flush().catch((thrown: unknown) => this.#fail(thrown, 0));
  }

  /** Writes what is left and closes; idempotent. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    while (this.#pump !== null) await this.#pump;
    const output = this.#output;
    this.#output = null;
    await output?.close().catch((thrown: unknown) => this.#fail(thrown, 0));
  }

  async #run(): Promise<void> {
    await null; // Everything written in this turn becomes one batch.
    let batch: readonly string[] = [];
    try {
      this.#output ??= await openLineOutput(this.file);
      while (this.#lines.length > 0) {
        batch = this.#lines;
        const batchLength = this.#bufferedLength;
        this.#lines = [];
        await this.#output.write(Buffer.from(`${batch.join('\n')}\n`));
        this.#written += batch.length;
        this.#bufferedLength -= batchLength;
        batch = [];
        this.#letDrain();
      }
    } catch (thrown) {
      this.#fail(thrown, batch.length);
    }
    // No await between the last look at the buffer and this line: a line written in between would wait forever.
    this.#pump = null;
  }

  /** The first error is reported, once; after it nothing is taken and nobody waits. */
  #fail(thrown: unknown, lost: number): void {
    this.#refused += lost + this.#lines.length;
    this.#lines = [];
    this.#bufferedLength = 0;
    this.#letDrain();
    if (this.#isFailed) return;
    this.#isFailed = true;
    this.#onError(new AppError(jsonErrors.unwritable, { file: this.file, reason: messageOf(thrown) }, thrown));
  }

  #letDrain(): void {
    if (this.#bufferedLength >= this.#bufferLengthMax) return;
    const drainers = this.#drainers;
    this.#drainers = [];
    for (const resolve of drainers) resolve();
  }
}

export interface JsonLinesWriterOptions {
  readonly file: string;
  /** Characters that may wait for the disk; the last line taken may pass it. Default 8 Mi. */
  readonly bufferLengthMax?: number;
  /** Called at most once. */
  readonly onError: (error: AppError) => void;
}

const BUFFER_LENGTH_MAX = 8 * 1024 * 1024;
