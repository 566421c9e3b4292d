// place: lib/ring
// expect: imported multiple times
// needs: lib/pool/pool.ts
import { it } from '../pool/pool.ts';
import { other } from '../pool/pool.ts';
export const seen: unknown = [it, other];
