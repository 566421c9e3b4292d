// place: internal/dispatcher
// expect: time comes in through lib/clock
import { performance } from 'node:perf_hooks';
export const nowMs = (): number => performance.now();
