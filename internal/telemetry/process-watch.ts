import { PerformanceObserver } from 'node:perf_hooks';
import type { Clock, Timer } from '../../lib/clock/clock.ts';
import { Histogram } from '../../lib/metrics/histogram.ts';

const SAMPLE_PERIOD_MS = 250;
const BYTES_PER_MB = 1_048_576;

/** What the process itself costs: pauses of the garbage collector and the highest memory seen. */
export class ProcessWatch {
  /** Pauses in microseconds. */
  readonly gcPauseUs = new Histogram();
  rssPeakBytes = 0;
  heapPeakBytes = 0;
  #observer: PerformanceObserver | null = null;
  #timer: Timer | null = null;

  start(clock: Clock): void {
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.gcPauseUs.record(entry.duration * 1_000);
    });
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#timer = clock.every(SAMPLE_PERIOD_MS, () => this.sample());
    this.sample();
  }

  stop(): void {
    this.#observer?.disconnect();
    this.#observer = null;
    this.#timer?.cancel();
    this.#timer = null;
    this.sample();
  }

  sample(): void {
    const { rss, heapUsed } = process.memoryUsage();
    this.rssPeakBytes = Math.max(this.rssPeakBytes, rss);
    this.heapPeakBytes = Math.max(this.heapPeakBytes, heapUsed);
  }

  report(): { gc: { count: number; pauseMs: { p50: number; p99: number; max: number } }; memory: { rssPeakMb: number; heapPeakMb: number } } {
    const pauses = this.gcPauseUs;
    const ms = (us: number): number => Math.round(us) / 1_000;
    return {
      gc: { count: pauses.count, pauseMs: { p50: ms(pauses.percentile(50)), p99: ms(pauses.percentile(99)), max: ms(pauses.count === 0 ? 0 : pauses.max) } },
      memory: { rssPeakMb: toMb(this.rssPeakBytes), heapPeakMb: toMb(this.heapPeakBytes) },
    };
  }
}

function toMb(bytes: number): number {
  return Math.round((bytes / BYTES_PER_MB) * 10) / 10;
}
