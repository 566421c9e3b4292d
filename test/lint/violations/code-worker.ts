// place: internal/dispatcher
// expect: code made from text goes round the doors
import { Worker } from 'node:worker_threads';
export const start = (): unknown => new Worker('JSON.parse(1)', { eval: true });
