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

  static compressor(): ZlibSteps {
    return new ZlibSteps(createGzip());
  }

  static decompressor(): ZlibSteps {
    return new ZlibSteps(createGunzip());
  }

  private constructor(stream: Gzip | Gunzip) {
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => this.#output.push(bytes));
    stream.on('error', (error) => {
      this.#failure ??= error;
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
    return this.#step((done) => this.#stream.end(done));
  }

  close(): void {
    this.#stream.destroy();
  }

  #step(run: (done: (error?: Error | null) => void) => void): Promise<Buffer[]> {
    return new Promise((resolve, reject) => {
      const finish = (error?: Error | null): void => {
        const failure = error ?? this.#failure;
        if (failure !== null && failure !== undefined) {
          reject(failure);
          return;
        }
        // What was emitted late still lies in the stream: reading makes it a 'data' event.
        while (this.#stream.read() !== null);
        const output = this.#output;
        this.#output = [];
        resolve(output);
      };
      if (this.#failure === null) run(finish);
      else finish();
    });
  }
}
