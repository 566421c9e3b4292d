// place: internal/dispatcher
// expect: 'vitest' enters only through test, bench
import { test } from 'vitest';
export const run: unknown = test;
