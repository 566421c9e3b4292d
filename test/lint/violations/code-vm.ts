// place: internal/dispatcher
// expect: code made from text goes round the doors
import { runInThisContext } from 'node:vm';
export const run = (text: string): unknown => runInThisContext(text);
