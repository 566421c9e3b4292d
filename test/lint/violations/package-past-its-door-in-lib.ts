// place: lib/ws
// expect: 'pino' enters only through lib/log
import { pino } from 'pino';
export const log: unknown = pino;
