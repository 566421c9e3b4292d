import type { CanonicalEvent } from '../../schemas/events/event.ts';

/**
 * Where events go next. Whoever calls `accept` gives the event away and must not touch it again: the one who accepts it
 * passes it on or returns it to its pool.
 *
 * One method, so that a station can be replaced in a test by a three-line recorder.
 */
export interface EventSink {
  accept(event: CanonicalEvent): void;
}
