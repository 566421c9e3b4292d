// place: lib/ring
// expect: Unable to resolve path to module '../pool/pool.js'
// needs: lib/pool/pool.ts
import { it } from '../pool/pool.js';
export const seen: unknown = it;
