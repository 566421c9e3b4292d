// place: internal/dispatcher
// expect: randomness comes in through lib/random (seeded)
import { randomUUID } from 'node:crypto';
export const name = (): string => randomUUID();
