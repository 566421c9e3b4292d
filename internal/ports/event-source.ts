import type { CanonicalEvent } from '../../schemas/events/event.ts';
import type { Channel } from '../../schemas/market/stream.ts';

/** Where pooled events come from and go back to. */
export interface EventSource {
  /** An empty event with the payload of that channel, or null when the pool is dry: the caller decides who gives way. */
  tryAcquire(channel: Channel): CanonicalEvent | null;
  /** Resolves when the pool has one again. @throws AppError POOL_EXHAUSTED after 100 ms */
  whenAvailable(channel: Channel): Promise<void>;
  /** Back to its pool. Its type must be set. Exactly once per lease; twice stops the process. */
  release(event: CanonicalEvent): void;
}
