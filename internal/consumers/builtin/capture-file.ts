import { existsSync } from 'node:fs';
import type { AppError } from '../../../lib/errors/app-error.ts';
import { JsonLinesWriter } from '../../../lib/json/json-lines-writer.ts';

/**
 * The recording of one provider, in one file or a row of them. A file that exists is never touched, and each file can be replayed
 * by itself: a new one begins with the `ws_open` records of the connections that are known.
 *
 *   btc.jsonl.gz  ─ full ─▶  btc.2.jsonl.gz  ─ full ─▶  btc.3.jsonl.gz
 */
export class CaptureFile {
  readonly #options: CaptureFileOptions;
  /** The `ws_open` record of each connection. Bounded: only the newest are open. */
  readonly #opens = new Map<number, string>();
  /** Full files that are still being written down. */
  readonly #closing = new Set<Promise<void>>();
  /** What the files before this one came to. */
  #closedWritten = 0;
  #closedLost = 0;
  #writer: JsonLinesWriter;
  #part = 1;
  #textBytes = 0;

  constructor(options: CaptureFileOptions) {
    this.#options = options;
    this.#writer = this.#open();
  }

  /** The file that is being written. */
  get name(): string {
    return this.#writer.file;
  }

  /** Records that reached a file; those of a full file count when it is closed. */
  get written(): number {
    return this.#closedWritten + this.#writer.written;
  }

  /** Records that were refused because the buffer was full, or lost to a write error; those of a full file count when it is closed. */
  get lost(): number {
    return this.#closedLost + this.#writer.refused;
  }

  /** Files that are not closed yet: normally one. */
  get open(): number {
    return 1 + this.#closing.size;
  }

  /** `opens` is the connection that this record opens, or null. False: the record is lost. */
  write(record: string, opens: number | null): boolean {
    if (opens !== null) this.#remember(opens, record);
    if (this.#options.rotateBytes > 0 && this.#textBytes >= this.#options.rotateBytes) this.#rotate(opens);
    this.#textBytes += record.length + 1;
    return this.#writer.write(record);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#closing, this.#writer.close()]);
  }

  #remember(connection: number, record: string): void {
    this.#opens.set(connection, record);
    if (this.#opens.size > OPENS_MAX) this.#opens.delete(this.#opens.keys().next().value!);
  }

  #rotate(opening: number | null): void {
    this.#retire(this.#writer);
    this.#textBytes = 0;
    this.#writer = this.#open();
    for (const [connection, record] of this.#opens) {
      if (connection !== opening) this.#writer.write(`${record.slice(0, -1)},"note":"opened before this file began"}`);
    }
  }

  /** Goes on by itself; `close` waits for it. Nothing of it is kept but the sums. */
  #retire(writer: JsonLinesWriter): void {
    const closed = writer.close().then(() => {
      this.#closedWritten += writer.written;
      this.#closedLost += writer.refused;
      this.#closing.delete(closed);
    });
    this.#closing.add(closed);
  }

  #open(): JsonLinesWriter {
    const { file, onOpen, onError } = this.#options;
    let name = numbered(file, this.#part);
    while (existsSync(name)) {
      this.#part += 1;
      name = numbered(file, this.#part);
    }
    this.#part += 1;
    onOpen(name);
    return new JsonLinesWriter({ file: name, bufferLengthMax: BUFFER_LENGTH_MAX, onError });
  }
}

export interface CaptureFileOptions {
  readonly file: string;
  /** Of text, before compression; 0: never. */
  readonly rotateBytes: number;
  readonly onOpen: (name: string) => void;
  readonly onError: (error: AppError) => void;
}

/** What may wait for the disk: ten seconds of a very busy feed. */
const BUFFER_LENGTH_MAX = 16 * 1024 * 1024;
const OPENS_MAX = 64;

/** `btc.jsonl.gz`, 2 → `btc.2.jsonl.gz`. */
function numbered(file: string, part: number): string {
  return part === 1 ? file : file.replace(/(\.jsonl(\.gz)?)?$/, (extension) => `.${part}${extension}`);
}
