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

}

/** What became of the frames of several roots, reasons that happened by name. */
export interface DecodeSummary {
  readonly kernel: number;
  readonly fallback: number;
  readonly refused: number;
  /** Why the kernel did not take a frame. */
  readonly kernelReasons: Readonly<Record<string, number>>;
  /** Why a frame was refused in the end. */
  readonly reasons: Readonly<Record<string, number>>;
}

export function summarize(counters: readonly RootCounters[]): DecodeSummary {
  const total = (of: (each: RootCounters) => number): number => counters.reduce((sum, each) => sum + of(each), 0);
  const named = (of: (each: RootCounters) => readonly number[]): Record<string, number> =>
    Object.fromEntries(reasonNames.map((name, reason) => [name, total((each) => of(each)[reason]!)] as const).filter(([, count]) => count > 0));
  return {
    kernel: total(({ kernel }) => kernel),
    fallback: total(({ fallback }) => fallback),
    refused: total(({ refused }) => refused.reduce((sum, count) => sum + count, 0)),
    kernelReasons: named(({ kernelReasons }) => kernelReasons),
    reasons: named(({ reasons }) => reasons),
  };
}
