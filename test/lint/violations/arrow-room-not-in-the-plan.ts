// place: internal/attic
// expect: this room is not in ROOMS
// needs: internal/ports/event-sink.ts
import { it } from '../ports/event-sink.ts';
export const seen: unknown = it;
