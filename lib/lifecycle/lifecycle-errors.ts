import type { ErrorSpec } from '../errors/app-error.ts';

export const lifecycleErrors = {
  startFailed: { code: 'STEP_START_FAILED', severity: 'halt', message: 'a step of the start failed' },
  startTimedOut: { code: 'STEP_START_TIMED_OUT', severity: 'halt', message: 'a step of the start took too long' },
  startInterrupted: { code: 'START_INTERRUPTED', severity: 'halt', message: 'the start was interrupted by a stop' },
} as const satisfies Record<string, ErrorSpec>;
