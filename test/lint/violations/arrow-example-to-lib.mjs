// place: examples/printer
// expect: an example knows only 'meltica/plugin'
// needs: lib/pool/pool.ts
import { it } from '../../lib/pool/pool.ts';
export const seen = it;
