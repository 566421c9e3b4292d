// place: internal/dispatcher
// expect: nobody imports an entry point, a test or a bench
// needs: test/support/fakes.ts
import { it } from '../../test/support/fakes.ts';
export const seen: unknown = it;
