import type { CanonicalEvent } from '../../schemas/events/event.ts';

/** An entry in the routes: where the copies for one consumer go. */
export interface Subscriber {
  readonly id: string;
  /** Takes a copy that is the subscriber's own. Never waits, never throws; what does not fit gives way by lane. */
  offer(copy: CanonicalEvent): void;
}
