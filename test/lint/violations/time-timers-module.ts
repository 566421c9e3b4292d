// place: internal/dispatcher
// expect: time comes in through lib/clock
import { setTimeout as sleep } from 'node:timers/promises';
export const rest = (): Promise<void> => sleep(1);
