// place: internal/dispatcher
// expect: Dependency cycle detected
import { there } from './import-cycle-there.ts';
export const here = (): unknown => there;
