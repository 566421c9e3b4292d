import { constants, createGunzip, createGzip } from 'node:zlib';
import type { Gunzip, Gzip } from 'node:zlib';

/**
 * gzip in both directions, one step at a time: bytes in, everything they give out, and only then the next.
 *
 * In a pipeline a Gunzip is destroyed on error together with everything it had decompressed and nobody had read yet:
 * of a truncated file the whole tail would be lost. Here the output of every step is taken before the next one can
 * fail, and the end is told last, with no bytes of its own.
 */
export class ZlibSteps {
  readonly #stream: Gzip | Gunzip;
  #output: Buffer[] = [];
  #failure: Error | null = null;
  /** Behind the last member there may be padding: a decompressor ends there by itself, and the rest is nothing. */
  #isEnded = false;
  /** Ends the step that is under way: on error zlib forgets the callback it was given. */
  #settle: (() => void) | null = null;

  static compressor(): ZlibSteps {
    return new ZlibSteps(createGzip());
  }

  static decompressor(): ZlibSteps {
    return new ZlibSteps(createGunzip());
  }

  private constructor(stream: Gzip | Gunzip) {
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => this.#output.push(bytes));
    // Not the callback of end(): that one is called before the last bytes are worked on.
    stream.on('end', () => {
      this.#isEnded = true;
      this.#settle?.();
    });
    stream.on('error', (error) => {
      this.#failure = error;
      this.#settle?.();
    });
  }

  /** Rejects with the zlib error, whose `code` starts with `Z_`. */
  push(bytes: Buffer): Promise<Buffer[]> {
    return this.#step((done) => this.#stream.write(bytes, done));
  }

  /** What a compressor holds back, so that everything pushed so far can be read by others. */
  flush(): Promise<Buffer[]> {
    return this.#step((done) => this.#stream.flush(constants.Z_SYNC_FLUSH, done));
  }

  /** A decompressor rejects with Z_BUF_ERROR when its last member is not complete. */
  end(): Promise<Buffer[]> {
    return this.#step(() => this.#stream.end());
  }

  close(): void {
    this.#stream.destroy();
  }

  #step(run: (done: () => void) => void): Promise<Buffer[]> {
    return new Promise((resolve, reject) => {
      this.#settle = () => {
        this.#settle = null;
        if (this.#failure !== null) {
          reject(this.#failure);
          return;
        }
        // What was emitted late still lies in the stream: reading makes it a 'data' event.
        while (this.#stream.read() !== null);
        const output = this.#output;
        this.#output = [];
        resolve(output);
      };
      if (this.#failure === null && !this.#isEnded) run(() => this.#settle?.());
      else this.#settle();
    });
  }
}
