import type { CanonicalEvent } from '../../schemas/events/event.ts';

/** The consumer's end of a mailbox. */
export interface Letters {
  /** The next event in order of arrival, or null when there is none. */
  take(): CanonicalEvent | null;
  /** How many `take` would give without another `offer`. */
  readonly size: number;
  /** Called once, synchronously, when the first event arrives in an empty mailbox. Replaces the former listener. */
  onMail(wake: () => void): void;
  /** From now on nothing is kept: what is offered counts as dropped. For a suspended consumer. */
  close(): void;
}
