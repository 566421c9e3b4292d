import { getHeapStatistics } from 'node:v8';

/** What one measured stretch of a receiving process cost. */
export interface Cost {
  /** User and system time of the whole process, garbage collection included. */
  readonly cpuUs: number;
  readonly wallUs: number;
  readonly frames: number;
  /** What the heap grew by between collections: a lower bound, see Meter. */
  readonly heapBytes: number;
  /** From receiving a frame to the handler, of the slowest subscriber. */
  readonly latencyUsP50: number;
  readonly latencyUsP99: number;
  /** Of what was received, so that nothing can be optimised away. */
  readonly checksum: number;
}

/** Measures this process between `start` and `stop`. */
export class Meter {
  #cpu = process.cpuUsage();
  #wallMs = performance.now();
  #heapBytes = 0;
  #heapBefore = 0;
  #sampler: NodeJS.Timeout | null = null;

  start(): void {
    this.#heapBefore = getHeapStatistics().used_heap_size;
    this.#sampler = setInterval(() => this.#sample(), 5);
    this.#cpu = process.cpuUsage();
    this.#wallMs = performance.now();
  }

  stop(frames: number, latencyUsP50: number, latencyUsP99: number, checksum: number): Cost {
    const { user, system } = process.cpuUsage(this.#cpu);
    const wallUs = (performance.now() - this.#wallMs) * 1_000;
    if (this.#sampler !== null) clearInterval(this.#sampler);
    this.#sample();
    return { cpuUs: user + system, wallUs, frames, heapBytes: this.#heapBytes, latencyUsP50, latencyUsP99, checksum };
  }

  /** A fall means a collection came between: what was allocated before it is not seen, so the figure is a lower bound. */
  #sample(): void {
    const used = getHeapStatistics().used_heap_size;
    if (used > this.#heapBefore) this.#heapBytes += used - this.#heapBefore;
    this.#heapBefore = used;
  }
}
