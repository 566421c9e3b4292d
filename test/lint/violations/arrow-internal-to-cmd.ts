// place: internal/app
// expect: nobody imports an entry point, a test or a bench
// needs: cmd/monolith/index.ts
import { it } from '../../cmd/monolith/index.ts';
export const seen: unknown = it;
