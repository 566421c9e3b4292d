// place: internal/dispatcher
// expect: Unable to resolve path to module './nowhere.ts'
import { it } from './nowhere.ts';
export const seen: unknown = it;
