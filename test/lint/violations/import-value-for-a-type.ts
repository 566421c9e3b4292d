// place: lib/ring
// expect: only used as types
// needs: lib/pool/pool.ts
import { It } from '../pool/pool.ts';
export type Seen = It;
