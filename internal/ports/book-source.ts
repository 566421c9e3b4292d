import type { BookEvent } from '../../schemas/events/event.ts';

/** Who can write a whole book down, for a consumer too slow for its updates. */
export interface BookSource {
  /** Writes the present book of the event's stream into it, as a snapshot. False when it holds nothing whole (neither live nor stale). */
  writeBook(into: BookEvent): boolean;
}
