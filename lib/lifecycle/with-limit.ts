import type { Clock } from '../clock/clock.ts';

/** How a piece of work ended, as a value: a time-out is no exception here. */
export interface LimitedOutcome {
  readonly outcome: 'done' | 'failed' | 'timed-out' | 'interrupted';
  /** What the work threw; null unless it failed. */
  readonly error: unknown;
}

/**
 * Waits for `work`, at most `limitMs` and not beyond `signal`. Never rejects, and leaves no timer and no listener
 * behind. The work itself goes on: a promise cannot be taken back.
 */
export function withLimit(clock: Clock, work: Promise<void>, limitMs: number, signal: AbortSignal | null): Promise<LimitedOutcome> {
  return new Promise((resolve) => {
    const end = (outcome: LimitedOutcome['outcome'], error: unknown): void => {
      timer.cancel();
      signal?.removeEventListener('abort', interrupt);
      resolve({ outcome, error });
    };
    const interrupt = (): void => end('interrupted', null);
    const timer = clock.after(limitMs, () => end('timed-out', null));
    signal?.addEventListener('abort', interrupt);
    work.then(
      () => end('done', null),
      (error: unknown) => end('failed', error),
    );
  });
}
