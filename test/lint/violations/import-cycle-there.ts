// place: internal/dispatcher
// expect: Dependency cycle detected
import { here } from './import-cycle-here.ts';
export const there = (): unknown => here;
