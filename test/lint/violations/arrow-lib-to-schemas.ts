// place: lib/pool
// expect: lib knows Node and its packages only
// needs: schemas/events/event.ts
import { it } from '../../schemas/events/event.ts';
export const seen: unknown = it;
