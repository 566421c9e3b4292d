import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ZlibSteps } from './zlib-steps.ts';

/** The file side of a writer: whole batches in order, one at a time. */
export interface LineOutput {
  write(bytes: Buffer): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** By extension; missing folders are made, an existing file is appended to. */
export async function openLineOutput(file: string): Promise<LineOutput> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'a+');
  if (file.endsWith('.gz')) return new GzipOutput(handle);
  await mendTornLine(handle);
  return new PlainOutput(handle);
}

class PlainOutput implements LineOutput {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  write(bytes: Buffer): Promise<void> {
    return this.#handle.appendFile(bytes);
  }

  flush(): Promise<void> {
    return Promise.resolve(); // The system has it already.
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** Steps run one after another, also when a flush comes while a batch is under way: two appends at once may swap. */
class GzipOutput implements LineOutput {
  readonly #handle: FileHandle;
  readonly #gzip = ZlibSteps.compressor();
  #last: Promise<void> = Promise.resolve();

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  write(bytes: Buffer): Promise<void> {
    return this.#append(() => this.#gzip.push(bytes));
  }

  flush(): Promise<void> {
    return this.#append(() => this.#gzip.flush());
  }

  async close(): Promise<void> {
    try {
      await this.#append(() => this.#gzip.end());
    } finally {
      this.#gzip.close();
      await this.#handle.close();
    }
  }

  #append(step: () => Promise<Buffer[]>): Promise<void> {
    const next = this.#last.then(async () => this.#handle.appendFile(Buffer.concat(await step())));
    this.#last = next.catch(() => undefined);
    return next;
  }
}

/** A crash can leave half a line; a line end keeps it from swallowing the first new one. */
async function mendTornLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  if (size === 0) return;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  if (buffer.toString() !== '\n') await handle.appendFile('\n');
}
