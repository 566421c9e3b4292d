import { Reason, reasonNames } from './status.ts';

/** Of one root: what became of its frames, each in one place, so that a fallback never goes unseen. */
export class RootCounters {
  /** Decoded by the kernel. */
  kernel = 0;
  /** Decoded by the fallback, by the Reason why the kernel did not take them. */
  readonly fallbackReasons: number[] = reasonNames.map(() => 0);
  /** Refused, by the Reason in the end. */
  readonly refusedReasons: number[] = reasonNames.map(() => 0);

  /** The kernel gave up for one reason, and the fallback ended with another, or with None. */
  countFallback(kernelReason: Reason, reason: Reason): void {
    if (reason === Reason.None) this.fallbackReasons[kernelReason]! += 1;
    else this.refusedReasons[reason]! += 1;
  }

  reset(): void {
    this.kernel = 0;
    this.fallbackReasons.fill(0);
    this.refusedReasons.fill(0);
  }
}

/** What became of the frames of several roots. A reason that never happened is not there. */
export interface DecodeSummary {
  readonly kernel: number;
  readonly fallback: number;
  readonly refused: number;
  /** Why the kernel did not take what the fallback decoded, by name of the Reason; their sum is `fallback`. */
  readonly fallbackReasons: Readonly<Record<string, number>>;
  /** Why a frame was refused; their sum is `refused`. */
  readonly refusedReasons: Readonly<Record<string, number>>;
}

export function summarize(counters: readonly RootCounters[]): DecodeSummary {
  const fallbackReasons = named(counters.map((each) => each.fallbackReasons));
  const refusedReasons = named(counters.map((each) => each.refusedReasons));
  return {
    kernel: sum(counters.map(({ kernel }) => kernel)),
    fallback: sum(Object.values(fallbackReasons)),
    refused: sum(Object.values(refusedReasons)),
    fallbackReasons,
    refusedReasons,
  };
}

function named(byReason: readonly (readonly number[])[]): Record<string, number> {
  const totals = reasonNames.map((name, reason) => [name, sum(byReason.map((each) => each[reason]!))] as const);
  return Object.fromEntries(totals.filter(([, total]) => total > 0));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
