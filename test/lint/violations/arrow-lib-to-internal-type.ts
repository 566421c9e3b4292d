// place: lib/pool
// expect: lib knows Node and its packages only
// needs: internal/ports/event-sink.ts
import type { It } from '../../internal/ports/event-sink.ts';
export type Seen = It;
