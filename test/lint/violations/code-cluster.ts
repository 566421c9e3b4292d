// place: internal/app
// expect: code made from text goes round the doors
import cluster from 'node:cluster';
export const start = (): unknown => cluster.fork();
