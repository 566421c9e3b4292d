import { reasonNames, statusOf, Status, type Reason } from './status.ts';

/** Of one root: how its frames were decoded, so that a fallback never goes unseen. */
export class RootCounters {
  /** Decoded by the kernel. */
  kernel = 0;
  /** Decoded by the fallback. */
  fallback = 0;
  /** Refused in the end, by Status. */
  readonly refused: number[] = Object.values(Status).map(() => 0);
  /** Why the kernel did not take a frame, by Reason. */
  readonly kernelReasons: number[] = reasonNames.map(() => 0);
  /** Why the fallback did not take it either, by Reason. */
  readonly reasons: number[] = reasonNames.map(() => 0);

  /** The kernel gave up for one reason, and the fallback ended with another, or with None. */
  countFallback(kernelReason: Reason, reason: Reason): void {
    this.kernelReasons[kernelReason]! += 1;
    if (reason === 0) {
      this.fallback += 1;
      return;
    }
    this.reasons[reason]! += 1;
    this.refused[statusOf(reason)]! += 1;
  }

  reset(): void {
    this.kernel = 0;
    this.fallback = 0;
    this.refused.fill(0);
    this.kernelReasons.fill(0);
    this.reasons.fill(0);
  }

  /** The reasons that happened, by name. */
  summary(): CounterSummary {
    const named = (counts: readonly number[]): Record<string, number> =>
      Object.fromEntries(counts.flatMap((count, reason) => (count === 0 ? [] : [[reasonNames[reason]!, count]])));
    return { kernel: this.kernel, fallback: this.fallback, refused: sum(this.refused), kernelReasons: named(this.kernelReasons), reasons: named(this.reasons) };
  }
}

export interface CounterSummary {
  readonly kernel: number;
  readonly fallback: number;
  readonly refused: number;
  readonly kernelReasons: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
