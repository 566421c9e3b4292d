/** The messages of one chunk of a socket, in order, between ws that reads them and the listener that gets them. */
export class Chunk {
  // Written over and over, so that a chunk costs no new arrays. As long as the longest chunk had messages.
  readonly #data: Buffer[] = [];
  readonly #areBinary: boolean[] = [];
  #next = 0;
  #end = 0;

  get isEmpty(): boolean {
    return this.#next === this.#end;
  }

  push(data: Buffer, isBinary: boolean): void {
    this.#data[this.#end] = data;
    this.#areBinary[this.#end] = isBinary;
    this.#end += 1;
  }

  /** The oldest message to the listener; it is out of here also when the listener throws. */
  handOne(listener: { onFrame(data: Buffer, isBinary: boolean): void }): void {
    const at = this.#next;
    const data = this.#data[at]!;
    this.#data[at] = NO_DATA;
    this.#next += 1;
    if (this.#next === this.#end) this.clear();
    listener.onFrame(data, this.#areBinary[at]!);
  }

  clear(): void {
    this.#data.fill(NO_DATA, this.#next, this.#end);
    this.#next = 0;
    this.#end = 0;
  }
}

const NO_DATA = Buffer.alloc(0);
