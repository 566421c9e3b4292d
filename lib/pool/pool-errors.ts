import type { ErrorSpec } from '../errors/app-error.ts';

export const poolErrors = {
  exhausted: { code: 'POOL_EXHAUSTED', severity: 'retry', message: 'every object of the pool is lent out' },
  closed: { code: 'POOL_CLOSED', severity: 'degrade', message: 'the pool is closed and lends nothing' },
} as const satisfies Record<string, ErrorSpec>;
