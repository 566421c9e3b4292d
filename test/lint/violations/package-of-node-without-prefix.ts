// place: internal/dispatcher
// expect: say 'node:' before the name
import { readFileSync } from 'fs';
export const read: unknown = readFileSync;
