// place: internal/dispatcher
// expect: rooms meet through internal/ports; internal/app joins them
// needs: internal/app/wire.ts
import { it } from '../app/wire.ts';
export const seen: unknown = it;
